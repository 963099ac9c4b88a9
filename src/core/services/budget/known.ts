import type { ImpactBasis } from '../../domain/pricing-change/impact.js';
import { RcmError } from '../../errors.js';
import { KeyTemplates } from '../../redis/key-template.js';
import type { CompanyListing } from '../../store/store.js';
import { assertIsKnown, havingKeys } from '../company/candidates.js';
import { companiesOf, type ResolvedCompany, resolveCompany } from '../company/resolve.js';
import type { PricingPorts } from '../pricing/basis.js';

/** Who is meant, and what is known of who there is. */
export interface BudgetCompanies {
  listing: CompanyListing;
  companies: ResolvedCompany[];
}

/**
 * The companies that words mean. One that no list knows must have a budget of its own already, be in the newest snapshot,
 * or have keys; Redis is only asked where nothing else knows it.
 * @param options.unknown take ids that nothing knows: a budget can be wanted before there is a company
 * @throws RCM_USAGE for a company that is named twice; RCM_COMPANY_NOT_FOUND, RCM_COMPANY_AMBIGUOUS, RCM_COMPANY_ID_INVALID;
 * RCM_REDIS_*, RCM_STORE_*
 */
export async function budgetCompanies(
  ports: PricingPorts,
  words: readonly string[],
  options: { parts: boolean; unknown: boolean },
): Promise<BudgetCompanies> {
  const listing = await ports.store.companies.list();
  const companies = words.map((word) => resolveCompany(word, listing, options));
  assertDistinct(companies, words);
  const unlisted = companies.filter((company) => company.by === 'unlisted');
  assertIds(ports, unlisted);
  if (options.unknown) return { listing, companies };
  const strange = await unheardOf(ports, idsOf(unlisted));
  for (const company of unlisted)
    if (strange.includes(company.companyId))
      await asking(ports, [company.companyId], async (redis) => assertIsKnown({ ...ports, redis }, company, listing));
  return { listing, companies };
}

/** Those of some unlisted ids that have no budget, are in no snapshot and have no keys. @throws RCM_REDIS_*, RCM_STORE_* */
export async function unknownIds(ports: PricingPorts, ids: readonly string[]): Promise<string[]> {
  const strange = await unheardOf(ports, ids);
  if (strange.length === 0) return [];
  const found = await asking(ports, strange, (redis) => havingKeys({ ...ports, redis }, strange));
  return strange.filter((id) => !found.has(id));
}

/** What can be said of ids without asking Redis: those that are left have no budget of their own and are in no snapshot. */
async function unheardOf({ store, clock }: PricingPorts, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const own = new Set((await store.pricing.get()).budgets.customBudgets.map(({ companyId }) => companyId));
  const left = ids.filter((id) => !own.has(id));
  if (left.length === 0) return [];
  const measured = new Set((await store.snapshots.latest(clock()))?.companies.map(({ companyId }) => companyId));
  return left.filter((id) => !measured.has(id));
}

/** @throws what Redis says, with what to do where it cannot be asked */
async function asking<T>(
  ports: PricingPorts,
  ids: readonly string[],
  ask: (redis: Awaited<ReturnType<PricingPorts['redis']>>) => Promise<T>,
): Promise<T> {
  try {
    return await ask(await ports.redis());
  } catch (error) {
    if (!(error instanceof RcmError) || !error.code.startsWith('RCM_REDIS_')) throw error;
    throw new RcmError(
      error.code,
      `No list knows ${ids.map((id) => `'${id}'`).join(', ')}, and whether there are keys cannot be told: ${error.message}`,
      'Nothing was changed. `budget set` and `budget import` take --force to go on without knowing.',
      { cause: error },
    );
  }
}

function assertDistinct(companies: readonly ResolvedCompany[], words: readonly string[]): void {
  const ids = idsOf(companies);
  const again = ids.findIndex((id, i) => ids.indexOf(id) < i);
  if (again < 0) return;
  const first = words[ids.indexOf(ids[again] as string)];
  const same = first === words[again] ? '' : ` ('${first}' and '${words[again]}' are the same company)`;
  throw new RcmError('RCM_USAGE', `The company '${ids[again]}' is given twice${same}`, 'Give it once.');
}

function assertIds({ config }: PricingPorts, companies: readonly ResolvedCompany[]): void {
  const templates = new KeyTemplates(config.keyTemplates);
  for (const { companyId } of companies) templates.assertId(companyId);
}

function idsOf(companies: readonly ResolvedCompany[]): string[] {
  return companies.map(({ companyId }) => companyId);
}

/** Names by id: of the list, else of what was measured. */
export function namesOf(
  listing: CompanyListing,
  basis?: Pick<ImpactBasis, 'companies'> | null,
): (id: string) => string | null {
  const names = new Map((basis?.companies ?? []).map(({ companyId, companyName }) => [companyId, companyName]));
  for (const { companyId, companyName } of companiesOf(listing)) names.set(companyId, companyName);
  return (id) => names.get(id) ?? null;
}
