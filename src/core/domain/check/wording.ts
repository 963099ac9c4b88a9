import { formatAge, formatDollars, formatPercent } from '../format.js';
import type { Limits, RuleName, Unit, Verdict } from './check.js';
import { levelOf, limitAt } from './limits.js';
import { RULES } from './rules.js';

const MOST_DECIMALS = 9;

/** A value as people read it, with as many decimals as show on which side of its limits it is: 79.96 % is no 80 %. */
export function valueText(rule: RuleName, value: number, limits: Limits): string {
  const { unit, bound } = RULES[rule];
  if (unit === 'seconds') return formatAge(value);
  const usual = unit === 'dollars' ? 2 : 1;
  if (!isNear(value, limits, 10 ** -usual)) return textIn(unit, value, usual);
  const level = levelOf(value, limits, bound);
  for (let decimals = usual; decimals < MOST_DECIMALS; decimals++) {
    const rounded = Number(value.toFixed(decimals));
    if (levelOf(rounded, limits, bound) === level) return textIn(unit, rounded, decimals);
  }
  return textIn(unit, value, MOST_DECIMALS);
}

/** Whether rounding could take a value over a limit. */
function isNear(value: number, { warning, critical }: Limits, step: number): boolean {
  return (
    (warning !== null && Math.abs(value - warning) <= step) || (critical !== null && Math.abs(value - critical) <= step)
  );
}

function textIn(unit: Unit | null, value: number, decimals: number): string {
  if (unit === 'dollars') return decimals === 2 ? formatDollars(value) : `$${value.toFixed(decimals)}`;
  if (unit === 'percent') return decimals === 1 ? formatPercent(value) : `${value.toFixed(decimals)}%`;
  return value.toFixed(decimals);
}

/** A limit as it was written: `80%`, `$500.00`, `2h`. */
export function limitText(rule: RuleName, limit: number): string {
  const { unit } = RULES[rule];
  if (unit === 'seconds') return formatAge(limit);
  if (unit === 'dollars') return Number(limit.toFixed(2)) === limit ? formatDollars(limit) : `$${limit}`;
  return unit === 'percent' ? `${limit}%` : String(limit);
}

const SIGNS = { min: '≥', max: '≤', below: '<' } as const;
const BREACHES = { min: 'under', max: 'over', below: 'from' } as const;

/** What a value must be, e.g. `≥ 80%`: the limit that decided. Empty where there is none. */
export function demandText(rule: RuleName, limits: Limits, verdict: Verdict): string {
  const limit = limitAt(limits, verdict);
  return limit === null ? '' : `${SIGNS[RULES[rule].bound]} ${limitText(rule, limit)}`;
}

/** Why it is a breach, to stand after what was measured: `, under 80%`; empty for what passed. */
export function breachText(rule: RuleName, limits: Limits, verdict: Verdict): string {
  const limit = limitAt(limits, verdict);
  if (limit === null || verdict === 'pass' || verdict === 'unknown') return '';
  return `, ${verdict} ${BREACHES[RULES[rule].bound]} ${limitText(rule, limit)}`;
}
