import { budgetMessage, LINES } from '../alerts/budgets.js';
import type { BudgetLine } from '../budget.js';
import type { CompanyView } from '../company-view.js';
import { formatAge, formatBytes, roundedMoney } from '../format.js';
import type { BudgetLineName } from '../pricing.js';
import { SECOND_MS } from '../units.js';
import { type Check, type Limits, type RuleName, type Verdict, whoOf } from './check.js';
import { levelOf } from './limits.js';
import { BUDGET_RULES, RULES } from './rules.js';
import { breachText, valueText } from './wording.js';

/** The rules of one company; null: not asked for. */
export interface CompanyRules {
  budgets: readonly BudgetLineName[];
  minHitRate: Limits | null;
  minScore: Limits | null;
  maxGrowth: Limits | null;
}

/** What companies are judged by, beside their own figures. */
export interface CheckFacts {
  /** false when a configured service could not be read: then the known part of a cost proves nothing. */
  complete: boolean;
  /** The store's thresholds; both null when prices and budgets could not be read. */
  budgetLimits: Limits;
  /** Cache sizes in the snapshot to compare with, or why there are none. */
  earlier: { takenAt: Date; bytes: ReadonlyMap<string, number> } | { missing: string };
  measuredAt: Date;
}

/** Applies every rule that is asked for to one company. */
export function checkCompany(company: CompanyView, rules: CompanyRules, facts: CheckFacts): Check[] {
  const checks = rules.budgets.map((line) => budgetCheck(company, line, facts));
  if (rules.minHitRate !== null) checks.push(hitRateCheck(company, rules.minHitRate));
  if (rules.minScore !== null) checks.push(scoreCheck(company, rules.minScore));
  if (rules.maxGrowth !== null) checks.push(growthCheck(company, rules.maxGrowth, facts));
  return checks;
}

/** A line against the store's thresholds (DESIGN §5, Budget). */
function budgetCheck(
  company: CompanyView,
  name: BudgetLineName,
  { complete, budgetLimits: limits }: CheckFacts,
): Check {
  const line = company.budget.lines[name];
  const rule = BUDGET_RULES[name];
  const missing = missingTerms(company, name, complete);
  const within = line.status === 'within_budget';
  const verdict = within ? (missing.length > 0 ? 'unknown' : 'pass') : (line.status as Verdict);
  return {
    verdict,
    rule,
    ...whoOf(company),
    measured: line.percentUsed,
    unit: 'percent',
    limits,
    message: budgetText(name, rule, line, { limits, verdict, missing }),
    evidence: { allocated: roundedMoney(line.allocated), used: roundedMoney(line.used) },
  };
}

/**
 * Unknown terms that may take a line past its threshold. Reads of a company that recorded none cost a millionth of a
 * dollar each, if there are any: they count only where a service could not be read.
 */
function missingTerms({ costs }: CompanyView, name: BudgetLineName, complete: boolean): string[] {
  if (costs.unknown.length === 0) return costs.unknown;
  return costs.unknown.filter(
    (term) => term.startsWith(LINES[name].provider) && !(complete && term === 'mongodb.queries'),
  );
}

function budgetText(
  name: BudgetLineName,
  rule: RuleName,
  line: BudgetLine,
  { limits, verdict, missing }: { limits: Limits; verdict: Verdict; missing: string[] },
): string {
  const { title } = RULES[rule];
  if (line.status === 'unknown')
    return `${title} unknown: ${line.used === null ? 'what is used was not measured' : 'budgets were not read'}`;
  const said = budgetMessage(name, line, valueText(rule, line.percentUsed ?? 0, limits));
  if (verdict === 'unknown') return `${said}, without what is unknown (${missing.join(', ')})`;
  return line.percentUsed === null ? said : `${said}${breachText(rule, limits, verdict)}`;
}

/** Hits ÷ reads over the window; unknown when nothing was read (DESIGN §5, Hit rate). */
function hitRateCheck(company: CompanyView, limits: Limits): Check {
  const { hitRate } = company.metrics;
  const words = { unknown: 'no reads were recorded', of: (text: string) => `Hit rate ${text}` };
  return judged(company, 'min-hit-rate', hitRate, limits, words);
}

function scoreCheck(company: CompanyView, limits: Limits): Check {
  const { score } = company.status;
  const words = { unknown: 'no hit rate or no budget is known', of: (text: string) => `Health ${text} of 100` };
  return judged(company, 'min-score', score, limits, words);
}

/** (now − then) ÷ then of the cache's size. Nothing to compare with is unknown, unless the cache is empty now. */
function growthCheck(company: CompanyView, limits: Limits, { earlier, measuredAt }: CheckFacts): Check {
  const { cacheBytes: now } = company.metrics;
  const then = 'missing' in earlier ? null : (earlier.bytes.get(company.companyId) ?? null);
  const ago =
    'missing' in earlier ? '' : formatAge(Math.max(0, measuredAt.getTime() - earlier.takenAt.getTime()) / SECOND_MS);
  const percent = then !== null && then > 0 ? ((now - then) / then) * 100 : now === 0 ? 0 : null;
  const unknown =
    'missing' in earlier
      ? earlier.missing
      : then === null
        ? `not in the snapshot of ${ago} before`
        : `empty in the snapshot of ${ago} before`;
  const of = (text: string) =>
    then === null
      ? 'Cache empty'
      : `Cache ${(percent ?? 0) < 0 ? '' : '+'}${text} in ${ago}: ${formatBytes(then)} → ${formatBytes(now)}`;
  return {
    ...judged(company, 'max-growth', percent, limits, { unknown, of }),
    evidence: { bytes: now, bytesBefore: then, since: 'missing' in earlier ? null : earlier.takenAt.toISOString() },
  };
}

function judged(
  company: CompanyView,
  rule: RuleName,
  measured: number | null,
  limits: Limits,
  words: { unknown: string; of: (text: string) => string },
): Check {
  const { unit, bound, title } = RULES[rule];
  const verdict = measured === null ? 'unknown' : levelOf(measured, limits, bound);
  const message =
    measured === null
      ? `${title} unknown: ${words.unknown}`
      : `${words.of(valueText(rule, measured, limits))}${breachText(rule, limits, verdict)}`;
  return { verdict, rule, ...whoOf(company), measured, unit, limits, message, evidence: {} };
}
