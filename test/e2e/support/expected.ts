// The formulas of the report once more, written plainly and from their description alone: nothing of src/ is imported,
// so that a mistake there is not repeated here.
import { expect } from 'vitest';
import type { Recorded } from './counters.js';

export interface Prices {
  storageCostPerMB: number;
  baseServiceCost: number;
  storageCostPerGB: number;
  queryCost: number;
  baseTierCost: number;
  recordingStoragePerGB: number;
  perCallCostPerMinute: number;
}
export const DEFAULT_PRICES: Prices = {
  storageCostPerMB: 0.08,
  baseServiceCost: 20,
  storageCostPerGB: 0.25,
  queryCost: 0.000001,
  baseTierCost: 57,
  recordingStoragePerGB: 0.05,
  perCallCostPerMinute: 0.0085,
};

export interface Amounts {
  cache: number;
  storage: number;
  calls: number;
}

export interface World {
  prices: Prices;
  amounts(id: string): Amounts;
  thresholds: { warning: number; critical: number };
  baseShare: 'equal' | 'proportional';
  /** Where companies are known from. */
  source: 'list' | 'keys' | 'unread';
  windowEndMs: number;
}

export interface CompanyInput {
  id: string;
  name: string | null;
  listed: boolean;
  keys: number;
  bytes: number;
  /** Over the window. */
  reads: Recorded | null;
  /** Over 24 hours. */
  day: Recorded | null;
  usage: { storageBytes: number | null; calls: number | null; minutes: number | null; recordingBytes: number | null };
}

const MB = 1024 * 1024;
const GB = 1024 * MB;
const THIRTY_DAYS_MS = 30 * 24 * 3600 * 1000;

type Line = {
  allocated: number;
  used: number | null;
  remaining: number | null;
  percentUsed: number | null;
  status: string;
};

/** One company of the report as it must be. Money is rounded to six decimals, as in JSON. */
export function expectedCompany(input: CompanyInput, all: readonly CompanyInput[], world: World) {
  const { prices, source } = world;
  const orphan = source === 'unread' ? null : source === 'keys' ? false : !input.listed;
  const readsKnown =
    input.reads !== null && (input.reads.sums.hit !== undefined || input.reads.sums.miss !== undefined);
  const hits = readsKnown ? (input.reads?.sums.hit ?? 0) : 0;
  const misses = readsKnown ? (input.reads?.sums.miss ?? 0) : 0;
  const unknown: string[] = [];
  const or = (value: number | null, term: string): number => {
    if (value === null) unknown.push(term);
    return value ?? 0;
  };

  const share = orphan === true ? 0 : source === 'unread' ? null : shareOf(input, all, world);
  const redis = (input.bytes / MB) * prices.storageCostPerMB + or(share, 'redis.baseShare');
  const storageGB = input.usage.storageBytes === null ? null : input.usage.storageBytes / GB;
  const queries = readsKnown
    ? (misses * THIRTY_DAYS_MS) / (world.windowEndMs - (input.reads as Recorded).firstSlotMs)
    : null;
  let mongodb: number | null =
    or(storageGB, 'mongodb.storage') * prices.storageCostPerGB + or(queries, 'mongodb.queries') * prices.queryCost;
  if (storageGB === null && queries === null) mongodb = null;
  const recordingGB = input.usage.recordingBytes === null ? null : input.usage.recordingBytes / GB;
  let twilio: number | null =
    or(input.usage.minutes, 'twilio.calls') * prices.perCallCostPerMinute +
    or(recordingGB, 'twilio.recordings') * prices.recordingStoragePerGB;
  if (input.usage.minutes === null && recordingGB === null) twilio = null;
  const infrastructure = redis + (mongodb ?? 0);

  const amounts = world.amounts(input.id);
  const cache = line(amounts.cache, redis, world);
  const storage = line(amounts.storage, mongodb, world);
  const calls = line(amounts.calls, twilio, world);
  const headline = worse(storage, cache) ? 'storage' : 'cache';
  const top = headline === 'storage' ? storage : cache;

  const hitRate = hits + misses > 0 ? (hits / (hits + misses)) * 100 : null;
  const timed = input.reads?.sums.hitUs !== undefined || input.reads?.sums.missUs !== undefined;
  const readUs = (input.reads?.sums.hitUs ?? 0) + (input.reads?.sums.missUs ?? 0);
  const avgResponseMs = readsKnown && timed && hits + misses > 0 ? readUs / (hits + misses) / 1000 : null;
  const clears24h = input.day === null ? null : (input.day.sums.clear ?? 0);

  return {
    companyId: input.id,
    companyName: input.name,
    orphan,
    status: status(hitRate, top, avgResponseMs, clears24h),
    metrics: {
      cacheBytes: input.bytes,
      cacheSize: size(input.bytes),
      keys: input.keys,
      hitRate,
      avgResponseMs,
      cost: money(infrastructure),
      callsPerDay: input.usage.calls === null ? null : input.usage.calls / 30,
      clears24h,
    },
    costs: {
      redis: money(redis),
      mongodb: money(mongodb),
      infrastructure: money(infrastructure),
      twilio: money(twilio),
      unknown,
    },
    budget: {
      line: headline,
      ...shown(top),
      lines: { cache: shown(cache), storage: shown(storage), calls: shown(calls) },
    },
    issues: [],
    recommendations: [],
  };
}

export type ExpectedCompany = ReturnType<typeof expectedCompany>;

/** The platform's sums; Redis's own figures must be looked at apart. */
export function expectedPlatform(companies: readonly ExpectedCompany[], inputs: readonly CompanyInput[], world: World) {
  const bytes = inputs.reduce((sum, c) => sum + c.bytes, 0);
  const reads = (name: string) => inputs.reduce((sum, c) => sum + (c.reads?.sums[name] ?? 0), 0);
  const total = reads('hit') + reads('miss');
  const count = (code: string) => companies.filter((c) => c.status.code === code).length;
  const shared = world.source !== 'unread' && companies.some((c) => c.orphan === false);
  return {
    totalMemoryBytes: bytes,
    totalMemory: size(bytes),
    avgHitRate: total > 0 ? (reads('hit') / total) * 100 : null,
    totalCost: companies.reduce((sum, c) => sum + (c.costs.infrastructure ?? 0), 0),
    unallocatedCost: world.prices.baseTierCost + (shared ? 0 : world.prices.baseServiceCost),
    redisUsedMemoryBytes: expect.any(Number),
    uptimeSeconds: expect.any(Number),
    companies: {
      total: companies.length,
      healthy: count('healthy'),
      warning: count('warning'),
      critical: count('critical'),
      unknown: count('unknown'),
    },
  };
}

/** The same with every number allowed the noise of floating-point sums, and no more: counts must be exact. */
export function nearly(value: unknown, digits = 9): unknown {
  if (typeof value === 'number')
    return expect.closeTo(value, digits - Math.max(0, Math.ceil(Math.log10(Math.abs(value) || 1)) - 5));
  if (Array.isArray(value)) return value.map((item) => nearly(item, digits));
  if (value === null || typeof value !== 'object' || 'asymmetricMatch' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, nearly(item, digits)]));
}

function shareOf(input: CompanyInput, all: readonly CompanyInput[], { source, baseShare, prices }: World): number {
  const sharing = all.filter((c) => source === 'keys' || c.listed);
  const bytes = sharing.reduce((sum, c) => sum + c.bytes, 0);
  if (baseShare === 'proportional' && bytes > 0) return (prices.baseServiceCost * input.bytes) / bytes;
  return prices.baseServiceCost / sharing.length;
}

function line(allocated: number, used: number | null, { thresholds }: World): Line {
  if (used === null) return { allocated, used, remaining: null, percentUsed: null, status: 'unknown' };
  if (allocated === 0 && used > 0) return { allocated, used, remaining: -used, percentUsed: null, status: 'critical' };
  const percentUsed = allocated === 0 ? 0 : (used / allocated) * 100;
  let state = 'within_budget';
  if (percentUsed >= thresholds.warning) state = 'warning';
  if (percentUsed >= thresholds.critical) state = 'critical';
  return { allocated, used, remaining: allocated - used, percentUsed, status: state };
}

const ORDER = ['unknown', 'within_budget', 'warning', 'critical'];

function worse(a: Line, b: Line): boolean {
  if (a.status !== b.status) return ORDER.indexOf(a.status) > ORDER.indexOf(b.status);
  const percent = ({ used, percentUsed }: Line) => percentUsed ?? (used === null ? -1 : Infinity);
  return percent(a) > percent(b);
}

function shown(l: Line): Line {
  return { ...l, used: money(l.used), remaining: money(l.remaining) };
}

const LOOKS = {
  healthy: ['#10B981', '🟢', 'All systems optimal. No action needed.', false, null, false],
  warning: ['#F59E0B', '🟡', 'Performance degraded. Review recommended within 24 hours.', true, 'medium', false],
  critical: ['#EF4444', '🔴', 'IMMEDIATE ACTION REQUIRED - System degraded.', true, 'high', true],
  unknown: ['#9CA3AF', '⚪', expect.stringContaining('unknown'), false, null, false],
} as const;

function status(hitRate: number | null, top: Line, responseMs: number | null, clears: number | null) {
  const below = (value: number, steps: [number, number][], last: number) =>
    steps.find(([bound]) => value < bound)?.[1] ?? last;
  const percent = top.percentUsed;
  const costScore =
    top.status === 'unknown'
      ? null
      : percent === null
        ? 0
        : percent === 200
          ? 20
          : below(percent, [[100, 100], [110, 80], [150, 50], [200, 20]], 0); // biome-ignore format: a table
  const components = {
    hitRate: hitRate === null ? null : below(hitRate, [[50, 0], [70, 30], [85, 60], [95, 80]], 100), // biome-ignore format: a table
    cost: costScore,
    performance:
      responseMs === null ? null : responseMs === 10 ? 30 : below(responseMs, [[1, 100], [2, 80], [5, 60], [10, 30]], 0), // biome-ignore format: a table
    stability: clears === null ? null : below(clears, [[1, 100], [4, 70], [11, 30]], 0), // biome-ignore format: a table
  };
  const weights = { hitRate: 40, cost: 30, performance: 20, stability: 10 };
  const basis = (['hitRate', 'cost', 'performance', 'stability'] as const).filter((name) => components[name] !== null);
  const weight = basis.reduce((sum, name) => sum + weights[name], 0);
  const points = basis.reduce((sum, name) => sum + weights[name] * (components[name] as number), 0);
  const score = hitRate === null || costScore === null ? null : points / weight;
  let code: keyof typeof LOOKS = 'unknown';
  if (score !== null) code = score >= 80 ? 'healthy' : score >= 50 ? 'warning' : 'critical';
  else if (top.status === 'warning' || top.status === 'critical') code = top.status;
  const [color, icon, message, actionRequired, urgency, escalate] = LOOKS[code];
  return { code, score, components, basis, color, icon, message, actionRequired, urgency, escalate };
}

function money(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1e6) / 1e6;
}

function size(bytes: number): string {
  if (bytes < 1023.95) return `${bytes}B`;
  if (bytes < 1023.95 * 1024) return `${(bytes / 1024).toFixed(1)}KB`;
  return `${(bytes / MB).toFixed(1)}MB`;
}
