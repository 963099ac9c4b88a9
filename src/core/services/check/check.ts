import { type Check, companyByCompany } from '../../domain/check/check.js';
import { type CheckFacts, type CompanyRules, checkCompany } from '../../domain/check/company.js';
import { countsOf, type Outcome, outcomeOf } from '../../domain/check/outcome.js';
import { ageCheck, notMeasured, outdated, totalCheck } from '../../domain/check/platform.js';
import type { CompanyView } from '../../domain/company-view.js';
import { EXIT, messageOf, RcmError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import type { Survey } from '../companies/survey.js';
import { companyNotFound, resolveCompany } from '../company/resolve.js';
import type { CheckReport } from './report.js';
import type { CheckRules } from './rules.js';

export interface CheckRequest {
  /** Ids, names or parts of names; none: every company. */
  words: readonly string[];
  /** Which of these companies are looked at. */
  keep: (companies: readonly CompanyView[]) => CompanyView[];
  rules: CheckRules;
}

const EXIT_CODES: Record<Outcome, CheckReport['exitCode']> = {
  passed: EXIT.ok,
  unknown: EXIT.unreachable,
  'failed at warning': EXIT.gateWarning,
  'failed at critical': EXIT.gateCritical,
};

/**
 * The gate: every rule applied to every company that is asked for, and what follows for the exit code. Prices and budgets
 * are the store's.
 * @throws RCM_COMPANY_NOT_FOUND, RCM_COMPANY_AMBIGUOUS; RCM_STORE_UNAVAILABLE when a name cannot be looked up
 */
export async function check(
  found: Survey,
  store: Store | RcmError,
  { words, keep, rules }: CheckRequest,
): Promise<CheckReport> {
  const { generatedAt, window, snapshot, usageMeasuredAt, complete } = found;
  const warnings = [...found.warnings];
  const companies = keep(words.length === 0 ? found.companies : named(words, found));
  const rulesOf = rulesByCompany(found, rules, warnings);
  const facts: CheckFacts = {
    complete,
    budgetLimits: {
      warning: found.pricing?.budgets.thresholds.warningPercent ?? null,
      critical: found.pricing?.budgets.thresholds.criticalPercent ?? null,
    },
    earlier: await earlierSizes(
      found,
      store,
      [...companies].some((company) => rulesOf(company).maxGrowth !== null),
    ),
    measuredAt: snapshot?.takenAt ?? generatedAt,
  };
  let groups = companies.map((company) => checkCompany(company, rulesOf(company), facts));
  const platform: Check[] =
    rules.maxTotal === null
      ? []
      : [totalCheck(found.platformStats, rules.maxTotal, { complete, unknown: unknownTerms(found) })];
  if (!complete) platform.push(notMeasured(`Not everything could be measured: ${found.warnings.join(' ')}`));
  else if (groups.every((checks) => checks.length === 0) && platform.length === 0)
    platform.push(notMeasured(`Nothing was checked: ${nothing(found, companies)}`));
  const age = snapshot !== null && rules.maxAgeSeconds !== null ? ageCheck(snapshot, rules.maxAgeSeconds) : null;
  groups.push(platform);
  if (age?.verdict === 'unknown') groups = groups.map((checks) => checks.map(outdated));
  if (age !== null) groups.push([...(groups.pop() ?? []), age]);
  const checks = companyByCompany(groups);
  const counts = countsOf(checks);
  const outcome = outcomeOf(counts, rules);
  const unmade = `${counts.unknown} of ${checks.length} checks could not be made`;
  if (counts.unknown > 0 && rules.onUnknown === 'pass') warnings.push(`${unmade} and are left out.`);
  if (outcome === 'unknown') warnings.push(`${unmade}: leave such rules out, or accept it with --on-unknown pass.`);
  return {
    generatedAt,
    window,
    snapshot,
    usageMeasuredAt,
    outcome,
    exitCode: EXIT_CODES[outcome],
    failOn: rules.failOn,
    onUnknown: rules.onUnknown,
    companies: companies.length,
    counts,
    checks,
    warnings,
  };
}

/** Terms of infrastructure costs that are unknown of a company, but for reads that were not recorded. */
function unknownTerms({ companies, complete }: Survey): string[] {
  const terms = new Set(companies.flatMap((company) => company.costs.unknown));
  return [...terms].filter((term) => !term.startsWith('twilio.') && !(complete && term === 'mongodb.queries'));
}

function nothing({ companies }: Survey, kept: readonly CompanyView[]): string {
  if (companies.length === 0) return 'there are no companies.';
  return kept.length === 0 ? 'no company fits.' : 'no rule applies.';
}

/** The companies that the words mean, each once. */
function named(words: readonly string[], found: Survey): CompanyView[] {
  const byId = new Map(found.companies.map((company) => [company.companyId, company]));
  const list = listing(found);
  const meant = words.map((word) => {
    const { companyId } = resolveCompany(word, list, { parts: true });
    const company = byId.get(companyId);
    if (company !== undefined) return company;
    if (found.complete) throw companyNotFound(word, found.companies);
    throw new RcmError(
      'RCM_STORE_UNAVAILABLE',
      `Which company '${word}' is cannot be told: ${found.warnings.join(' ')}`,
      'See `rcm doctor`.',
    );
  });
  return [...new Set(meant)];
}

function listing({ companies }: Survey): Parameters<typeof resolveCompany>[1] {
  return { source: 'collection', companies: [...companies] };
}

/** The rules of each company: the general ones, changed by its own. One that the policy names and nobody knows is said. */
function rulesByCompany(
  found: Survey,
  { general, overrides }: CheckRules,
  warnings: string[],
): (company: CompanyView) => CompanyRules {
  const own = new Map<string, CompanyRules>();
  const known = new Set(found.companies.map((company) => company.companyId));
  const list = listing(found);
  for (const [word, changes] of overrides) {
    const { companyId } = resolveCompany(word, list, { parts: false });
    if (known.has(companyId)) own.set(companyId, { ...general, ...changes });
    else warnings.push(`The policy has rules for '${word}', but there is no such company.`);
  }
  return ({ companyId }) => own.get(companyId) ?? general;
}

/** Cache sizes at the newest snapshot before these figures, of the snapshot before where one is looked at. */
async function earlierSizes(found: Survey, store: Store | RcmError, wanted: boolean): Promise<CheckFacts['earlier']> {
  if (!wanted) return { missing: 'not asked for' };
  if (store instanceof RcmError) return { missing: store.message };
  const before = found.snapshot === null ? found.generatedAt : new Date(found.snapshot.takenAt.getTime() - 1);
  try {
    const last = await store.snapshots.latest(before);
    if (last === null) return { missing: 'there is no snapshot to compare with (`rcm snapshot` takes one)' };
    return {
      takenAt: last.platform.takenAt,
      bytes: new Map(last.companies.map((company) => [company.companyId, company.cacheBytes])),
    };
  } catch (error) {
    return { missing: `the snapshots could not be read: ${messageOf(error)}` };
  }
}
