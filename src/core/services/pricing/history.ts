import type { PriceHistoryEntry } from '../../domain/pricing.js';
import {
  entryCompany,
  entryPath,
  type HistoryQuery,
  isUnder,
  newestChanges,
} from '../../domain/pricing-change/history.js';
import { RcmError } from '../../errors.js';
import type { CompanyListing, Store } from '../../store/store.js';
import { listingOf } from '../activity/companies.js';
import { companiesOf, companyNotFound, resolveCompany } from '../company/resolve.js';
import type { PriceHistoryRow, PricingHistoryReport } from './history-report.js';
import { nearestPaths, SETTING_PATHS, SHOWN_PATHS } from './paths.js';

/**
 * The history of prices and budgets, the newest change first.
 * @param company id, name or a part of just one name; also of one that is no longer listed
 * @throws RCM_USAGE for a path that cannot be; RCM_COMPANY_NOT_FOUND, RCM_COMPANY_AMBIGUOUS; RCM_STORE_*
 */
export async function pricingHistory(
  store: Store,
  query: Omit<HistoryQuery, 'companyId'>,
  company: string | undefined,
  now: Date,
): Promise<PricingHistoryReport> {
  if (query.path !== undefined) assertPath(query.path);
  const { version, priceHistory } = await store.pricing.get();
  const listing = priceHistory.some((entry) => entryCompany(entry) !== null) || company !== undefined;
  const known = listing ? await listingOf(store) : { source: 'keys' as const };
  const companyId = company === undefined ? undefined : companyIn(priceHistory, known, company);
  const names = new Map(companiesOf(known).map((one) => [one.companyId, one.companyName]));
  return {
    generatedAt: now,
    version,
    entries: newestChanges(priceHistory, { ...query, companyId }).map((entry) => rowOf(entry, names)),
    warnings: known.source === 'unread' && known.failed ? [`Names of companies are unknown: ${known.reason}`] : [],
  };
}

function rowOf(entry: PriceHistoryEntry, names: ReadonlyMap<string, string | null>): PriceHistoryRow {
  const companyId = entryCompany(entry);
  return {
    change: entry.change ?? null,
    timestamp: entry.timestamp,
    path: entryPath(entry),
    companyId,
    companyName: (companyId !== null && names.get(companyId)) || null,
    service: entry.service,
    field: entry.field,
    oldValue: entry.oldValue,
    newValue: entry.newValue,
    changedBy: entry.changedBy,
    reason: entry.reason || null,
    impactEstimate: entry.impactEstimate || null,
  };
}

/** A company that is gone from the list has its history all the same. */
function companyIn(history: readonly PriceHistoryEntry[], listing: CompanyListing, word: string): string {
  if (history.some((entry) => entryCompany(entry) === word)) return word;
  const found = resolveCompany(word, listing, { parts: true });
  if (found.by === 'unlisted') throw companyNotFound(word, companiesOf(listing));
  return found.companyId;
}

function assertPath(path: string): void {
  const knownPart = SETTING_PATHS.some((full) => isUnder(full, path));
  // Companies may have any id, and the history may hold settings that this version does not know.
  if (knownPart || /^(budgets\.)?customBudgets\b|^budgets\.?$/.test(path)) return;
  throw new RcmError(
    'RCM_USAGE',
    `There is no setting that begins with '${path}'`,
    `Did you mean ${nearestPaths(path, SHOWN_PATHS).join(' or ')}?`,
  );
}
