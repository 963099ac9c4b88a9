import { type CachePolicy, DEFAULT_EVENTS_MAX, DEFAULT_POLICY_ID, type TtlBounds } from '../../domain/policy.js';
import type { CompanyListing, Store } from '../../store/store.js';
import { namesIn } from '../company/names.js';
import type { Ports } from '../ports.js';
import { ttlCompany } from './company.js';
import type { CompanyTtlReport, TtlPoliciesReport } from './report.js';

type Bounds = CompanyTtlReport['bounds'][number];

/** Every policy, the default first, a row for each of its bounds. @throws RCM_STORE_*, RCM_MONGODB_* */
export async function ttlPolicies({
  store,
  clock,
}: Pick<Ports, 'clock'> & { store: Store }): Promise<TtlPoliciesReport> {
  const [policies, listing] = await Promise.all([store.policies.list(), store.companies.list()]);
  const nameOf = namesIn(listing);
  const rows = [...policies]
    .sort((a, b) => (a.companyId < b.companyId ? -1 : 1))
    .flatMap((policy) => rowsOf(policy, nameOf(policy.companyId)));
  return { generatedAt: clock(), policies: rows, warnings: unread(listing) };
}

/**
 * What holds for one company's keys, and whose word it is.
 * @param word an id, a name, or a part of just one name
 * @throws RCM_COMPANY_*; RCM_REDIS_* where only Redis can know the id; RCM_STORE_*, RCM_MONGODB_*
 */
export async function companyTtl(ports: Ports & { store: Store }, word: string): Promise<CompanyTtlReport> {
  const { store } = ports;
  const listing = await store.companies.list();
  const { companyId, companyName } = await ttlCompany(ports, word, listing, { parts: true });
  const [own, fallback] = await Promise.all([store.policies.get(companyId), store.policies.get(DEFAULT_POLICY_ID)]);
  const segments = [own, fallback].flatMap((policy) => policy?.segments.map(({ segment }) => segment) ?? []);
  const { version, setBy, setAt, reason } = own ?? {};
  return {
    generatedAt: ports.clock(),
    ...{ companyId, companyName },
    bounds: [...[...new Set(segments)].sort(), null].map((segment) => boundsOf(segment, own, fallback)),
    cachingEnabled: (own?.cachingEnabled ?? true) && (fallback?.cachingEnabled ?? true),
    eventsMax: eventsMaxOf(own, fallback),
    own: own && ({ version, setBy, setAt, reason } as CompanyTtlReport['own']),
    warnings: unread(listing),
  };
}

/** As `ttlBoundsOf` decides it, with whose word it is. */
function boundsOf(segment: string | null, own: CachePolicy | null, fallback: CachePolicy | null): Bounds {
  for (const [source, policy] of [
    ['company', own],
    ['default', fallback],
  ] as const) {
    const bySegment = policy?.segments.find((one) => one.segment === segment);
    for (const bounds of [bySegment, policy])
      if (bounds && isBound(bounds))
        return { segment, minTtlSeconds: bounds.minTtlSeconds, maxTtlSeconds: bounds.maxTtlSeconds, source };
  }
  return { segment, minTtlSeconds: null, maxTtlSeconds: null, source: 'application' };
}

function isBound({ minTtlSeconds, maxTtlSeconds }: TtlBounds): boolean {
  return minTtlSeconds !== null || maxTtlSeconds !== null;
}

function eventsMaxOf(own: CachePolicy | null, fallback: CachePolicy | null): CompanyTtlReport['eventsMax'] {
  if (own && own.eventsMax !== null) return { value: own.eventsMax, source: 'company' };
  if (fallback && fallback.eventsMax !== null) return { value: fallback.eventsMax, source: 'default' };
  return { value: DEFAULT_EVENTS_MAX, source: 'application' };
}

function rowsOf(policy: CachePolicy, companyName: string | null): TtlPoliciesReport['policies'] {
  const { companyId, cachingEnabled, eventsMax, version, setBy, setAt, reason } = policy;
  const common = { cachingEnabled, eventsMax, version, setBy, setAt, reason };
  const all = { segment: null, minTtlSeconds: policy.minTtlSeconds, maxTtlSeconds: policy.maxTtlSeconds };
  return [all, ...policy.segments].map(({ segment, minTtlSeconds, maxTtlSeconds }) => ({
    ...{ companyId, companyName, segment, minTtlSeconds, maxTtlSeconds },
    ...common,
  }));
}

function unread(listing: CompanyListing): string[] {
  return listing.source === 'unread' ? [`Companies' names are unknown: ${listing.reason}.`] : [];
}
