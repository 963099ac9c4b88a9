import { formatBytes } from '../../core/domain/format.js';
import type { StatsReport } from '../../core/services/stats/report.js';
import { type Column, UNKNOWN } from '../table/column.js';
import { age, count, dollars, duration, money, percent } from './figures.js';
import { statusCounts } from './status.js';

/** One figure of the platform: a line on a card, a column of CSV. */
export interface Figure extends Column<StatsReport> {
  group: 'platform' | 'redis' | 'rcm';
  /** A column of its own for machines; for people it is part of another line. */
  onlyForMachines?: true;
}

const size = (bytes: number | null): string => (bytes === null ? UNKNOWN : formatBytes(bytes));
const machine = (group: Figure['group'], name: string, value: Figure['value']): Figure => ({
  group,
  name,
  header: name,
  value,
  onlyForMachines: true,
});

export const FIGURES: readonly Figure[] = [
  {
    group: 'platform',
    name: 'companies',
    header: 'Companies',
    value: (r) => r.platformStats.companies.total,
    text: (r) => `${count(r.platformStats.companies.total)}   ${statusCounts(r.platformStats.companies)}`,
  },
  machine('platform', 'healthy', (r) => r.platformStats.companies.healthy),
  machine('platform', 'warning', (r) => r.platformStats.companies.warning),
  machine('platform', 'critical', (r) => r.platformStats.companies.critical),
  machine('platform', 'unknown', (r) => r.platformStats.companies.unknown),
  {
    group: 'platform',
    name: 'cacheBytes',
    header: 'Cache',
    value: (r) => r.platformStats.totalMemoryBytes,
    text: (r) => `${r.platformStats.totalMemory} in ${count(r.keys.companies)} keys`,
  },
  machine('platform', 'keys', (r) => r.keys.companies),
  {
    group: 'platform',
    name: 'hitRate',
    header: 'Hit rate',
    value: (r) => r.platformStats.avgHitRate,
    text: (r) => `${percent(r.platformStats.avgHitRate)} of recorded reads (${duration(r.window.seconds)})`,
  },
  {
    group: 'platform',
    name: 'cost',
    header: 'Cost',
    value: (r) => money(r.cost.companies),
    text: ({ cost }) =>
      `${partly(cost.companies, cost, 'redis', 'mongodb')}/month (Redis ${partly(cost.redis, cost, 'redis')}, MongoDB ${partly(cost.mongodb, cost, 'mongodb')})`,
  },
  machine('platform', 'redisCost', (r) => money(r.cost.redis)),
  machine('platform', 'mongodbCost', (r) => money(r.cost.mongodb)),
  {
    group: 'platform',
    name: 'unallocatedCost',
    header: 'Unallocated',
    value: (r) => money(r.cost.unallocated),
    text: ({ cost }) =>
      `${dollars(cost.unallocated)}/month (MongoDB base tier ${dollars(cost.mongodbBaseTier)}${cost.redisBase ? `, Redis base ${dollars(cost.redisBase)}` : ''})`,
  },
  {
    group: 'platform',
    name: 'platformCost',
    header: 'Total',
    value: (r) => money(r.cost.platform),
    text: (r) => `${partly(r.cost.platform, r.cost, 'redis', 'mongodb')}/month`,
  },
  {
    group: 'platform',
    name: 'twilioCost',
    header: 'Calls',
    value: (r) => money(r.cost.twilio),
    text: (r) => `${partly(r.cost.twilio, r.cost, 'twilio')}/month (Twilio, apart)`,
  },
  {
    group: 'redis',
    name: 'version',
    header: 'Server',
    value: (r) => r.redis.version,
    text: ({ redis }) =>
      `${redis.product === 'valkey' ? 'Valkey' : 'Redis'} ${redis.version}, ${redis.mode}${(redis.primaries ?? 1) > 1 ? ` of ${redis.primaries} primaries` : ''}`,
  },
  machine('redis', 'mode', (r) => r.redis.mode),
  machine('redis', 'primaries', (r) => r.redis.primaries),
  {
    group: 'redis',
    name: 'usedMemoryBytes',
    header: 'Memory',
    value: (r) => r.redis.usedMemoryBytes,
    text: ({ redis }) => memoryText(redis),
  },
  machine('redis', 'maxMemoryBytes', (r) => r.redis.maxMemoryBytes),
  machine('redis', 'usedPercent', (r) => r.redis.usedPercent),
  {
    group: 'redis',
    name: 'fragmentation',
    header: 'Fragmentation',
    value: (r) => r.redis.fragmentationRatio,
    text: (r) => `${r.redis.fragmentationRatio?.toFixed(2)} times the memory used`,
  },
  {
    group: 'redis',
    name: 'serverHitRate',
    header: 'Look-ups found',
    value: (r) => r.redis.keyspace.hitRate,
    text: ({ redis: { keyspace } }) =>
      `${percent(keyspace.hitRate)} of ${count((keyspace.hits ?? 0) + (keyspace.misses ?? 0))}, all clients and keys, since the start`,
  },
  {
    group: 'redis',
    name: 'evictedKeys',
    header: 'Evicted',
    value: (r) => r.redis.evictedKeys,
    text: (r) => `${keys(r.redis.evictedKeys)} since the start`,
  },
  {
    group: 'redis',
    name: 'expiredKeys',
    header: 'Expired',
    value: (r) => r.redis.expiredKeys,
    text: (r) => `${keys(r.redis.expiredKeys)} since the start`,
  },
  {
    group: 'redis',
    name: 'uptimeSeconds',
    header: 'Up',
    value: (r) => r.redis.uptimeSeconds,
    text: (r) => age(r.redis.uptimeSeconds ?? 0),
  },
  {
    group: 'rcm',
    name: 'ownBytes',
    header: 'In Redis',
    value: (r) => r.own.bytes,
    text: (r) => `${r.own.memory} in ${keys(r.own.keys)}`,
  },
  machine('rcm', 'ownKeys', (r) => r.own.keys),
  {
    group: 'rcm',
    name: 'ownBytesPerCompany',
    header: 'Per company',
    value: (r) => r.own.bytesPerActiveCompany,
    text: (r) => `${size(r.own.bytesPerActiveCompany)} for each of ${count(r.own.activeCompanies)} active`,
  },
  machine('rcm', 'activeCompanies', (r) => r.own.activeCompanies),
  {
    group: 'rcm',
    name: 'store',
    header: 'Store',
    value: (r) => r.store?.location ?? null,
    text: (r) => `${r.store?.engine === 'mongodb' ? 'MongoDB' : 'embedded,'} ${r.store?.location}`,
  },
  {
    group: 'rcm',
    name: 'measuredAt',
    header: 'Measured',
    value: (r) => (r.snapshot?.takenAt ?? r.generatedAt).toISOString(),
    text: (r) => (r.snapshot === null ? 'now' : `by a snapshot ${age(r.snapshot.ageSeconds)} ago`),
  },
];

/** An amount, with a + where a term of one of these services is unknown of a company. */
function partly(amount: number | null, { unknown }: StatsReport['cost'], ...services: string[]): string {
  const lacks = amount !== null && unknown.some((term) => services.some((service) => term.startsWith(`${service}.`)));
  return `${dollars(amount)}${lacks ? '+' : ''}`;
}

function keys(value: number | null): string {
  return `${count(value)} ${value === 1 ? 'key' : 'keys'}`;
}

/** e.g. `12.4MB of 100.0MB (12.4%), allkeys-lru`. Only a server that was asked is known to have no limit. */
function memoryText({ usedMemoryBytes, maxMemoryBytes, usedPercent, maxMemoryPolicy, servers }: StatsReport['redis']) {
  const used = size(usedMemoryBytes);
  if (maxMemoryBytes === null) return servers === null ? used : `${used}, no limit`;
  const policy = maxMemoryPolicy === null ? '' : `, ${maxMemoryPolicy}`;
  return `${used} of ${size(maxMemoryBytes)} (${percent(usedPercent)})${policy}`;
}
