import { companyShares } from '../../domain/evaluate.js';
import type { PricingConfig } from '../../domain/pricing.js';
import { KeyTemplates } from '../../redis/key-template.js';
import { type ScanNode, scanKeyspace } from '../../redis/scan/keyspace-scan.js';
import type { CompanyListing } from '../../store/store.js';
import { companiesOf } from '../company/resolve.js';
import type { Ports } from '../ports.js';

/** The company whose share is wanted, as it was measured. */
interface Sharer {
  companyId: string;
  cacheBytes: number;
  orphan: boolean | null;
}

/**
 * One company's share of Redis's base cost, in dollars, as `companies` has it; null where it cannot be known. The list
 * tells how many share it equally. Without a list, and where memory decides, all caches must be measured.
 */
export async function baseShareOf(
  ports: Ports,
  nodes: readonly ScanNode[],
  own: Sharer,
  {
    listing,
    pricing,
    maxRate,
  }: { listing: CompanyListing; pricing: PricingConfig | null; maxRate?: number | undefined },
): Promise<number | null> {
  const { baseShare } = ports.config.costs;
  if (pricing === null || listing.source === 'unread') return null;
  const byMemory = baseShare === 'proportional';
  const measured = listing.source === 'keys' || byMemory ? await measureAll(ports, nodes, maxRate) : null;
  const ids = listing.source === 'keys' ? [...(measured?.keys() ?? [])] : companiesOf(listing).map((c) => c.companyId);
  const others = ids
    .filter((companyId) => companyId !== own.companyId)
    .map((companyId) => ({ companyId, cacheBytes: measured?.get(companyId)?.bytes ?? 0, orphan: false }));
  return companyShares([...others, own], listing.source, { pricing, baseShare }).get(own.companyId) ?? null;
}

async function measureAll(ports: Ports, nodes: readonly ScanNode[], maxRate: number | undefined) {
  const scan = await scanKeyspace(nodes, {
    templates: new KeyTemplates(ports.config.keyTemplates),
    ...(maxRate === undefined ? {} : { maxRate }),
    ...(ports.onProgress ? { onProgress: ports.onProgress } : {}),
    ...(ports.signal ? { signal: ports.signal } : {}),
  });
  return scan.companies;
}
