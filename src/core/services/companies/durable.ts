import type { PlatformUsage } from '../../domain/company.js';
import type { PricingConfig } from '../../domain/pricing.js';
import { messageOf, RcmError } from '../../errors.js';
import type { CompanyListing } from '../../store/store.js';
import type { Ports } from '../ports.js';

/** What the durable state tells: each part may be missing, with a warning that says so. */
export interface Durable {
  listing: CompanyListing;
  usage: PlatformUsage | null;
  pricing: PricingConfig | null;
  warnings: string[];
  complete: boolean;
}

/** Reads the company list, usage and prices at once. Never throws: what fails becomes a warning and `complete: false`. */
export async function readDurable(ports: Ports, fresh: boolean): Promise<Durable> {
  const { store } = ports;
  const result: Durable = {
    listing: { source: 'unread', reason: '', failed: true },
    usage: null,
    pricing: null,
    warnings: [],
    complete: true,
  };
  if (store instanceof RcmError) {
    const { mongodb } = ports.config;
    fail(result, `Companies, prices and usage are unknown: ${store.message}`);
    // Without MongoDB nobody but the keys knows the companies: losing the embedded store changes nothing about that.
    if (mongodb.uri === undefined) result.listing = { source: 'keys' };
    return result;
  }
  const [listing, usage, pricing] = await Promise.allSettled([
    store.companies.list(),
    store.usage.read(ports.clock(), { fresh }),
    store.pricing.get(),
  ]);
  if (listing.status === 'fulfilled') result.listing = listing.value;
  else fail(result, `The companies could not be read: ${messageOf(listing.reason)}`);
  if (usage.status === 'fulfilled') result.usage = usage.value;
  else fail(result, `MongoDB usage per company could not be read: ${messageOf(usage.reason)}`);
  if (pricing.status === 'fulfilled') result.pricing = pricing.value;
  else fail(result, `Prices and budgets could not be read: ${messageOf(pricing.reason)}`);
  explain(result);
  return result;
}

function explain(result: Durable): void {
  if (result.listing.source === 'unread' && result.listing.failed) result.complete = false;
  if (result.usage?.unknown.some((part) => part.failed)) result.complete = false;
  if (result.listing.source === 'unread' && result.listing.reason !== '')
    result.warnings.push(`No orphan can be told and Redis's base cost is not shared: ${result.listing.reason}.`);
  // With keys alone there is no usage to be had, and nothing is amiss.
  if (result.listing.source === 'keys') return;
  for (const { part, reason } of result.usage?.unknown ?? [])
    result.warnings.push(`${part === 'storage' ? 'MongoDB storage' : 'Calls'} per company unknown: ${reason}.`);
}

/** One sentence per cause: a server that is down fails every read the same way. */
function fail(result: Durable, warning: string): void {
  result.complete = false;
  const cause = warning.slice(warning.indexOf(': ') + 2);
  const said = result.warnings.findIndex((w) => w.endsWith(cause));
  if (said < 0) result.warnings.push(warning);
  else result.warnings[said] = `Companies, prices and usage are unknown: ${cause}`;
}
