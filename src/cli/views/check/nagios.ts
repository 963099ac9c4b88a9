import { type Check, RULE_NAMES } from '../../../core/domain/check/check.js';
import { RULES } from '../../../core/domain/check/rules.js';
import { EXIT, type ExitCode } from '../../../core/errors.js';
import type { CheckReport } from '../../../core/services/check/report.js';
import { printable } from '../../table/column.js';
import { type CheckError, headline, sentenceOf, subjectLabel } from './wording.js';

const STATES = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;
/** So many breaches are told: a plugin's line must fit a pager, and Nagios cuts it at 8 KB. */
const MOST_TOLD = 3;

/** Nagios's own exit code for one of ours: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN for all else. */
export function nagiosCode(exitCode: ExitCode): 0 | 1 | 2 | 3 {
  if (exitCode === EXIT.ok) return 0;
  return exitCode === EXIT.gateWarning ? 1 : exitCode === EXIT.gateCritical ? 2 : 3;
}

/** One line as the plugin guidelines want it: the state, what is the matter, and performance data. */
export function checkNagios(report: CheckReport): string {
  const bad = report.checks.filter((check) => check.verdict !== 'pass');
  const told = bad.slice(0, MOST_TOLD).map((check) => `${subjectLabel(check)}: ${sentenceOf(check)}`);
  const more = bad.length > told.length ? [`and ${bad.length - told.length} more`] : [];
  const text = plain([headline(report), ...told, ...more].join('; '));
  return `RCM CHECK ${STATES[nagiosCode(report.exitCode)]} - ${text} | ${perfdata(report).join(' ')}`;
}

export function nagiosError({ message, hint }: CheckError): string {
  return `RCM CHECK UNKNOWN - ${plain(printable(`${message.replace(/\s*\n\s*/g, ' ')}. ${hint}`))}`;
}

/** A bar would begin the performance data. */
function plain(text: string): string {
  return text.replaceAll('|', '¦');
}

/** How many checks of each verdict, and of each rule the value nearest to its limit or farthest past it. */
function perfdata({ checks, counts, companies }: CheckReport): string[] {
  const numbers = Object.entries({ companies, ...counts }).map(([label, n]) => `'${label}'=${n};;;0`);
  const worst = RULE_NAMES.flatMap((rule) => {
    const known = checks.filter((check) => check.rule === rule && check.measured !== null);
    return known.length === 0 ? [] : [dataOf(known.reduce((a, b) => (isWorse(b, a) ? b : a)))];
  });
  return [...numbers, ...worst];
}

function isWorse(a: Check, b: Check): boolean {
  const [left, right] = [a.measured ?? 0, b.measured ?? 0];
  return RULES[a.rule].bound === 'min' ? left < right : left > right;
}

const SUFFIXES = { percent: '%', seconds: 's', dollars: '', points: '' } as const;

/** `'LABEL'=VALUE[UNIT];WARN;CRIT`; a range `80:` is one that ends below. */
function dataOf({ rule, measured, unit, limits }: Check): string {
  const range = (limit: number | null) =>
    limit === null ? '' : `${decimal(limit)}${RULES[rule].bound === 'min' ? ':' : ''}`;
  const value = `${decimal(measured ?? 0)}${unit === null ? '' : SUFFIXES[unit]}`;
  return `'${rule}'=${value};${range(limits.warning)};${range(limits.critical)}`;
}

/** Six decimals at most, never an exponent. */
const DECIMAL = new Intl.NumberFormat('en-US', { maximumFractionDigits: 6, useGrouping: false });

function decimal(value: number): string {
  return DECIMAL.format(value);
}
