import XmlBuilder from 'fast-xml-builder';
import type { Check } from '../../../core/domain/check/check.js';
import { effectOf } from '../../../core/domain/check/outcome.js';
import type { CheckReport } from '../../../core/services/check/report.js';
import { printable } from '../../table/column.js';
import { type CheckError, sentenceOf, subjectLabel } from './wording.js';

/** JUnit XML as Jenkins' schema has it: a suite for each company, a case for each rule. */
export function checkJunit(report: CheckReport): string {
  const timestamp = (report.snapshot?.takenAt ?? report.generatedAt).toISOString();
  const { '@skipped': _, ...numbers } = numbersOf(report.checks, report);
  return document(
    numbers,
    suitesOf(report.checks).map((checks) => {
      const label = xmlText(subjectLabel(checks[0] as Check));
      return {
        '@name': label,
        ...numbersOf(checks, report),
        '@timestamp': timestamp,
        testcase: checks.map((check) => caseOf(check, classOf(label), report)),
      };
    }),
  );
}

/** Nothing could be measured: one case that says so, since a missing file is easily taken for no test. */
export function junitError({ code, message, hint }: CheckError): string {
  const numbers = { '@tests': 1, '@failures': 0, '@errors': 1 };
  const error = { '@message': xmlText(printable(`${message}. ${hint}`)), '@type': code };
  const testcase = { '@name': 'measurement', '@classname': classOf('platform'), error };
  return document(numbers, [{ '@name': 'platform', ...numbers, testcase }]);
}

function document(numbers: object, testsuite: object[]): string {
  const builder = new XmlBuilder({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    format: true,
    suppressEmptyNode: true,
  });
  return builder.build({
    '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
    testsuites: { '@name': 'rcm check', ...numbers, testsuite },
  });
}

type Element = 'failure' | 'error' | 'skipped';

function caseOf(check: Check, classname: string, report: CheckReport): object {
  const text = xmlText(sentenceOf(check));
  const element = elementOf(check, report);
  const said = element === null ? { 'system-out': text } : { [element]: { '@message': text, '@type': check.verdict } };
  return { '@name': check.rule, '@classname': classname, ...said };
}

/** What fails the gate is a failure; what leaves it open an error; unknown that is let pass is skipped. */
function elementOf({ verdict }: Check, report: CheckReport): Element | null {
  const effect = effectOf(verdict, report);
  if (effect === 'none') return verdict === 'unknown' ? 'skipped' : null;
  return effect === 'fails' ? 'failure' : 'error';
}

function numbersOf(checks: readonly Check[], report: CheckReport) {
  const elements = checks.map((check) => elementOf(check, report));
  const count = (element: Element) => elements.filter((one) => one === element).length;
  return {
    '@tests': checks.length,
    '@failures': count('failure'),
    '@errors': count('error'),
    '@skipped': count('skipped'),
  };
}

/** The checks company by company, as they come. */
function suitesOf(checks: readonly Check[]): Check[][] {
  const suites: Check[][] = [];
  for (const check of checks) {
    const last = suites[suites.length - 1];
    if (last?.[0]?.companyId === check.companyId) last.push(check);
    else suites.push([check]);
  }
  return suites;
}

/** Jenkins takes what is before the last dot for the package. */
function classOf(label: string): string {
  return `rcm.check.${label.replaceAll('.', '_')}`;
}

/** Control characters are printable by now; this is for the few others that XML has no way to write. */
function xmlText(text: string): string {
  return text.replace(/[\uFFFE\uFFFF]|\p{Cs}/gu, '�');
}
