import { type Check, subjectOf, VERDICTS, type Verdict } from '../../../core/domain/check/check.js';
import { demandText, valueText } from '../../../core/domain/check/wording.js';
import { formatAge } from '../../../core/domain/format.js';
import { statusIcon } from '../../../core/domain/health.js';
import type { CheckReport } from '../../../core/services/check/report.js';
import { printable, UNKNOWN } from '../../table/column.js';

/** What went wrong before there was anything to report. */
export interface CheckError {
  code: string;
  message: string;
  hint: string;
}

export function verdictLabel(verdict: Verdict): string {
  return `${statusIcon(verdict === 'pass' ? 'healthy' : verdict)} ${verdict}`;
}

/** The company's name and, beside a name, its id; safe to print. */
export function subjectLabel(check: Check): string {
  const id = check.companyName === null || check.companyId === null ? '' : ` (${check.companyId})`;
  return printable(`${subjectOf(check)}${id}`);
}

export function measuredText({ rule, measured, limits, verdict }: Check): string {
  if (measured !== null) return valueText(rule, measured, limits);
  return verdict === 'critical' ? 'nothing allocated' : UNKNOWN;
}

export function demandOf({ rule, limits, verdict }: Check): string {
  return demandText(rule, limits, verdict);
}

/** What was measured and, where it passed, what it had to be; safe to print. */
export function sentenceOf(check: Check): string {
  const demand = check.verdict === 'pass' ? demandOf(check) : '';
  return printable(demand === '' ? check.message : `${check.message} (${demand})`);
}

const WORDS: Record<Verdict, string> = { critical: 'critical', warning: 'warning', unknown: 'unknown', pass: 'passed' };

/** e.g. `1 critical, 2 unknown, 30 passed` */
export function countsText(counts: CheckReport['counts']): string {
  const told = VERDICTS.filter((verdict) => counts[verdict] > 0 || verdict === 'pass');
  return told.map((verdict) => `${counts[verdict].toLocaleString('en-US')} ${WORDS[verdict]}`).join(', ');
}

/** e.g. `Failed at critical: 1 critical, 30 passed, 12 companies (by a snapshot 5m old)` */
export function headline({ outcome, counts, companies, snapshot, failOn }: CheckReport): string {
  const said =
    outcome === 'unknown' ? 'Not everything could be checked' : `${outcome[0]?.toUpperCase()}${outcome.slice(1)}`;
  const of = `${companies.toLocaleString('en-US')} ${companies === 1 ? 'company' : 'companies'}`;
  const age = snapshot === null ? '' : ` (by a snapshot ${formatAge(snapshot.ageSeconds)} old)`;
  const mild = counts.warning > 0 && failOn === 'critical' ? '; warnings do not fail it (--fail-on warning)' : '';
  return `${said}: ${countsText(counts)}, ${of}${age}${mild}`;
}
