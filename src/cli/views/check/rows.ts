import { type Check, type RuleName, subjectOf, type Verdict } from '../../../core/domain/check/check.js';
import { RULES } from '../../../core/domain/check/rules.js';
import type { CheckReport } from '../../../core/services/check/report.js';
import type { Column } from '../../table/column.js';
import { demandOf, measuredText, verdictLabel } from './wording.js';

/** One line of a table: a check, or many of one rule that passed. */
export interface CheckRow {
  verdict: Verdict;
  company: string;
  rule: RuleName;
  measured: string;
  demand: string;
  message: string;
}

export const CHECK_COLUMNS: Column<CheckRow>[] = [
  { name: 'verdict', header: 'Verdict', value: (r) => r.verdict, text: (r) => verdictLabel(r.verdict), fromWidth: 0 },
  { name: 'company', header: 'Company', value: (r) => r.company, shrinks: true, fromWidth: 0 },
  { name: 'rule', header: 'Rule', value: (r) => r.rule, fromWidth: 0 },
  { name: 'measured', header: 'Measured', value: (r) => r.measured, align: 'right', fromWidth: 0 },
  { name: 'limit', header: 'Limit', value: (r) => r.demand, fromWidth: 0 },
  { name: 'message', header: 'In full', value: (r) => r.message, shrinks: true, fromWidth: 110 },
];

/** So many that passed are told one by one. */
const FEW = 50;

/**
 * Every check a row, but passes that are many: they are told rule by rule, with the one nearest to the limit.
 * @param all tells every one of them
 */
export function checkRows({ checks, counts }: CheckReport, all: boolean): CheckRow[] {
  if (all || counts.pass <= FEW) return checks.map(rowOf);
  const passed = checks.filter((check) => check.verdict === 'pass');
  return [...checks.filter((check) => check.verdict !== 'pass').map(rowOf), ...groupsOf(passed)];
}

function rowOf(check: Check): CheckRow {
  const { verdict, rule, message } = check;
  return { verdict, company: subjectOf(check), rule, measured: measuredText(check), demand: demandOf(check), message };
}

function groupsOf(passed: readonly Check[]): CheckRow[] {
  const groups = new Map<string, Check[]>();
  for (const check of passed) {
    const key = `${check.rule} ${demandOf(check)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [check]);
    else group.push(check);
  }
  return [...groups.values()].map((group) => {
    const [first] = group as [Check];
    if (group.length === 1) return rowOf(first);
    const nearest = group.reduce((a, b) => (closer(b, a) ? b : a));
    const company = `${group.length.toLocaleString('en-US')} companies`;
    return { ...rowOf(nearest), company, message: `nearest to the limit: ${subjectOf(nearest)}` };
  });
}

/** Whether `a` is nearer to its limit. */
function closer(a: Check, b: Check): boolean {
  if (a.measured === null || b.measured === null) return b.measured === null && a.measured !== null;
  return RULES[a.rule].bound === 'min' ? a.measured < b.measured : a.measured > b.measured;
}
