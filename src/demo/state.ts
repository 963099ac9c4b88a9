import type { BudgetLineName } from '../core/domain/pricing.js';
import type { Edit } from '../core/domain/pricing-change/edit.js';
import { applyPricing } from '../core/services/pricing/change.js';
import type { ImportedCompany, Store } from '../core/store/store.js';
import type { DemoCompany } from './companies.js';

const ACTOR = 'demo';
/** Dollars a month that anybody here may spend on calls. */
const CALLS_BUDGET = 900;

/** Puts the list of companies with their usage, and the budgets that differ from the defaults, into an empty store. @throws RCM_STORE_* */
export async function fillStore(store: Store, companies: readonly DemoCompany[], now: Date): Promise<void> {
  await store.companies.replaceImported(companies.flatMap(imported), now);
  await set(
    store,
    [{ setting: { kind: 'defaultBudget', line: 'calls' }, value: CALLS_BUDGET }],
    'They call a lot (made up)',
    now,
  );
  for (const { companyId, budget } of companies)
    if (budget) await set(store, ownBudget(companyId, budget), budget.reason, now);
}

async function set(store: Store, edits: Edit[], reason: string, at: Date): Promise<void> {
  await applyPricing({ store }, () => edits, { actor: ACTOR, reason, at }, { version: 0, basis: null }, false);
}

/** Orphans are in no list. */
function imported({ companyId, companyName, usage }: DemoCompany): ImportedCompany[] {
  return usage === null ? [] : [{ companyId, companyName, ...usage }];
}

function ownBudget(companyId: string, { cache, storage }: NonNullable<DemoCompany['budget']>): Edit[] {
  const line = (name: BudgetLineName, value: number | undefined): Edit[] =>
    value === undefined ? [] : [{ setting: { kind: 'customBudget', companyId, line: name }, value }];
  return [...line('cache', cache), ...line('storage', storage)];
}
