import type { CompanyView } from '../../domain/company-view.js';
import { platformCost } from '../../domain/evaluate.js';
import { formatBytes } from '../../domain/format.js';
import { hitRate } from '../../domain/hit-rate.js';
import type { NamedServer } from '../../domain/server-info.js';
import type { Survey } from '../companies/survey.js';
import type { StatsReport } from './report.js';

/** The report, and whether all could be measured. */
export interface StatsResult {
  report: StatsReport;
  complete: boolean;
}

/** The platform as a whole, from what was measured or remembered. Incomplete as well where Redis refuses INFO. */
export function stats(found: Survey): StatsResult {
  const { generatedAt, window, snapshot, usageMeasuredAt, platformStats, warnings } = found;
  const refused = snapshot === null && found.servers === null;
  return {
    report: {
      generatedAt,
      window,
      snapshot,
      usageMeasuredAt,
      platformStats,
      cost: costOf(found),
      redis: redisOf(found),
      keys: {
        companies: found.companies.reduce((sum, company) => sum + company.metrics.keys, 0),
        own: found.own.keys,
        other: found.otherKeys,
      },
      own: ownOf(found),
      store: found.store,
      warnings: refused ? [...warnings, INFO_REFUSED] : warnings,
    },
    complete: found.complete && !refused,
  };
}

export const INFO_REFUSED = "Redis's own figures are unknown: INFO is refused.";

function costOf({ companies, platformStats, pricing }: Survey): StatsReport['cost'] {
  const { totalCost, unallocatedCost } = platformStats;
  const mongodbBaseTier = pricing?.providers.mongodb.baseTierCost ?? null;
  return {
    companies: totalCost,
    redis: sumKnown(companies, (company) => company.costs.redis),
    mongodb: sumKnown(companies, (company) => company.costs.mongodb),
    unallocated: unallocatedCost,
    mongodbBaseTier,
    redisBase: unallocatedCost === null || mongodbBaseTier === null ? null : unallocatedCost - mongodbBaseTier,
    platform: platformCost(platformStats),
    twilio: sumKnown(companies, (company) => company.costs.twilio),
    unknown: [...new Set(companies.flatMap((company) => company.costs.unknown))],
  };
}

/** null where it is known of no company. */
function sumKnown(companies: readonly CompanyView[], of: (company: CompanyView) => number | null): number | null {
  const known = companies.map(of).filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

function redisOf({ redis, servers }: Survey): StatsReport['redis'] {
  const { keyspaceHits: hits, keyspaceMisses: misses, ...totals } = redis;
  return {
    product: each(servers, (server) => server.product),
    version: each(servers, (server) => server.version),
    mode: each(servers, (server) => server.mode),
    primaries: servers?.length ?? null,
    usedMemoryBytes: totals.usedMemoryBytes,
    usedMemory: sizeOf(totals.usedMemoryBytes),
    maxMemoryBytes: totals.maxMemoryBytes,
    maxMemory: sizeOf(totals.maxMemoryBytes),
    usedPercent: totals.usedPercent,
    maxMemoryPolicy: each(servers, (server) => server.maxMemoryPolicy),
    fragmentationRatio: totals.fragmentationRatio,
    uptimeSeconds: totals.uptimeSeconds,
    evictedKeys: totals.evictedKeys,
    expiredKeys: totals.expiredKeys,
    keyspace: { hits, misses, hitRate: hitRate(hits, misses) },
    servers:
      servers?.map(({ label, version, usedMemoryBytes, maxMemoryBytes, evictedKeys, uptimeSeconds }) => ({
        label,
        version,
        usedMemoryBytes,
        maxMemoryBytes,
        evictedKeys,
        uptimeSeconds,
      })) ?? null,
  };
}

/** What all servers say, or the different things that they say. */
function each(servers: readonly NamedServer[] | null, of: (server: NamedServer) => string | null): string | null {
  const said = new Set((servers ?? []).map(of).filter((value) => value !== null));
  return said.size === 0 ? null : [...said].join(', ');
}

function ownOf({ own }: Survey): StatsReport['own'] {
  const { keys, bytes, activeCompanies } = own;
  return {
    keys,
    bytes,
    memory: sizeOf(bytes),
    activeCompanies,
    bytesPerActiveCompany: bytes === null || !activeCompanies ? null : Math.round(bytes / activeCompanies),
  };
}

function sizeOf(bytes: number | null): string | null {
  return bytes === null ? null : formatBytes(bytes);
}
