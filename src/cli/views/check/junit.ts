import xml from 'xmlbuilder';
import type { Check } from '../../../core/domain/check/check.js';
import { effectOf } from '../../../core/domain/check/outcome.js';
import type { CheckReport } from '../../../core/services/check/report.js';
import { printable } from '../../table/column.js';
import { type CheckError, sentenceOf, subjectLabel } from './wording.js';

/** Control characters are printable by now: this is for the few that XML has no way to write (U+FFFE, half a surrogate pair). */
const OPTIONS = { encoding: 'UTF-8', invalidCharReplacement: '�' } as const;

/** JUnit XML as Jenkins' schema has it: a suite for each company, a case for each rule. */
export function checkJunit(report: CheckReport): string {
  const suites = suitesOf(report.checks);
  const root = xml.create('testsuites', OPTIONS);
  attributes(root, { name: 'rcm check', ...numbersOf(report.checks, report) }, ['skipped']);
  for (const checks of suites) {
    const label = subjectLabel(checks[0] as Check);
    const suite = root.ele('testsuite');
    attributes(suite, { name: label, ...numbersOf(checks, report), timestamp: report.generatedAt.toISOString() });
    for (const check of checks) {
      const testcase = suite.ele('testcase', { name: check.rule, classname: classOf(label) });
      const element = elementOf(check, report);
      if (element !== null) testcase.ele(element, { message: sentenceOf(check), type: check.verdict });
      testcase.ele('system-out', {}, sentenceOf(check));
    }
  }
  return root.end({ pretty: true });
}

/** Nothing could be measured: one case that says so, since a missing file is easily taken for no test. */
export function junitError({ code, message, hint }: CheckError): string {
  const numbers = { tests: 1, failures: 0, errors: 1 };
  const root = xml.create('testsuites', OPTIONS);
  attributes(root, { name: 'rcm check', ...numbers });
  const suite = root.ele('testsuite', { name: 'platform', ...numbers });
  const testcase = suite.ele('testcase', { name: 'measurement', classname: classOf('platform') });
  testcase.ele('error', { message: printable(`${message}. ${hint}`), type: code });
  return root.end({ pretty: true });
}

type Element = 'failure' | 'error' | 'skipped';

/** What fails the gate is a failure; what leaves it open an error; unknown that is let pass is skipped. */
function elementOf({ verdict }: Check, report: CheckReport): Element | null {
  const effect = effectOf(verdict, report);
  if (effect === 'none') return verdict === 'unknown' ? 'skipped' : null;
  return effect === 'fails' ? 'failure' : 'error';
}

function numbersOf(checks: readonly Check[], report: CheckReport) {
  const elements = checks.map((check) => elementOf(check, report));
  const count = (element: Element) => elements.filter((one) => one === element).length;
  return { tests: checks.length, failures: count('failure'), errors: count('error'), skipped: count('skipped') };
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

function attributes(element: xml.XMLElement, values: Record<string, string | number>, without: string[] = []): void {
  for (const [name, value] of Object.entries(values)) if (!without.includes(name)) element.att(name, String(value));
}
