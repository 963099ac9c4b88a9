import { budgetAmounts, budgetLine, ownBudget } from '../../domain/budget.js';
import type { CompanyView } from '../../domain/company-view.js';
import { roundedMoney } from '../../domain/format.js';
import type { PricingConfig } from '../../domain/pricing.js';
import { type BUDGET_LINES, OWN_LINE } from '../../domain/pricing-change/setting.js';
import { RcmError } from '../../errors.js';
import type { CompanyListing } from '../../store/store.js';
import { surveyFromSnapshot } from '../companies/from-snapshot.js';
import type { Survey } from '../companies/survey.js';
import type { PricingPorts } from '../pricing/basis.js';
import { budgetCompanies, namesOf } from './known.js';
import type { BudgetsReport, CompanyBudgetReport } from './report.js';

/** The budget of every company, and of those that have one of their own. @throws RCM_STORE_* */
export async function budgetsOf({ store, clock }: Pick<PricingPorts, 'store' | 'clock'>): Promise<BudgetsReport> {
  const [listing, { budgets }] = await Promise.all([store.companies.list(), store.pricing.get()]);
  const nameOf = namesOf(listing);
  return {
    generatedAt: clock(),
    defaultPerCompany: budgets.defaultPerCompany,
    thresholds: budgets.thresholds,
    budgets: budgets.customBudgets.map((own) => ({
      companyId: own.companyId,
      companyName: nameOf(own.companyId),
      cache: own.cacheBudget ?? null,
      storage: own.storageBudget ?? null,
      calls: own.callsBudget ?? null,
      reason: own.reason,
      setBy: own.setBy,
      setAt: own.setAt,
    })),
    warnings: unreadWarnings(listing),
  };
}

/**
 * One company's budget, and what the newest snapshot, whatever its age, knows it to use.
 * @param word an id, a name, or a part of just one name
 * @throws RCM_COMPANY_NOT_FOUND, RCM_COMPANY_AMBIGUOUS, RCM_COMPANY_ID_INVALID; RCM_REDIS_* where only Redis can know the id;
 * RCM_STORE_*
 */
export async function budgetOf(ports: PricingPorts, word: string): Promise<CompanyBudgetReport> {
  const { store, config, clock } = ports;
  const { listing, companies } = await budgetCompanies(ports, [word], { parts: true, unknown: false });
  const [{ companyId, companyName }] = companies as [(typeof companies)[number]];
  const now = clock();
  const survey = await surveyFromSnapshot(store, config, now).catch((error: unknown) => {
    if (error instanceof RcmError && error.code === 'RCM_SNAPSHOT_MISSING') return null;
    throw error;
  });
  const { budgets } = survey?.pricing ?? (await store.pricing.get());
  const view = survey?.companies.find((company) => company.companyId === companyId) ?? null;
  const own = ownBudget(budgets, companyId);
  return {
    generatedAt: now,
    companyId,
    companyName: companyName ?? view?.companyName ?? null,
    lines: linesOf(companyId, budgets, view),
    own: own ? { reason: own.reason, setBy: own.setBy, setAt: own.setAt } : null,
    thresholds: budgets.thresholds,
    snapshot: survey?.snapshot ?? null,
    unknown: view?.costs.unknown ?? [],
    warnings: [...unreadWarnings(listing), ...snapshotWarnings(survey, view)],
  };
}

function linesOf(
  companyId: string,
  budgets: PricingConfig['budgets'],
  view: CompanyView | null,
): CompanyBudgetReport['lines'] {
  const amounts = budgetAmounts(budgets, companyId);
  const own = ownBudget(budgets, companyId);
  const line = (name: (typeof BUDGET_LINES)[number]): CompanyBudgetReport['lines']['cache'] => {
    const { used, remaining, percentUsed, status } =
      view?.budget.lines[name] ?? budgetLine(amounts[name], null, budgets.thresholds);
    return {
      allocated: amounts[name],
      source: own?.[OWN_LINE[name]] === undefined ? 'default' : 'own',
      default: budgets.defaultPerCompany[name],
      used: roundedMoney(used),
      remaining: roundedMoney(remaining),
      percentUsed,
      status,
    };
  };
  return { cache: line('cache'), storage: line('storage'), calls: line('calls') };
}

function unreadWarnings(listing: CompanyListing): string[] {
  return listing.source === 'unread' ? [`Companies' names are unknown: ${listing.reason}.`] : [];
}

function snapshotWarnings(survey: Survey | null, view: CompanyView | null): string[] {
  if (survey === null) return ['There is no snapshot: what is used is unknown. Record one with `rcm snapshot`.'];
  return view === null ? ['The newest snapshot does not know this company: what is used is unknown.'] : survey.warnings;
}
