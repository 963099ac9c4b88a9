import type { Ledger } from './ledger.js';
import { DAY, type PlannedCompany, type Usage } from './plan.js';

const MB = 1024 ** 2;
const GB = 1024 ** 3;

/** Prices and budgets, by the paths that `pricing history` shows. */
export type Settings = Map<string, number>;

/** What a new configuration starts with, from docs/formulas.md. */
export function firstSettings(): Settings {
  return new Map([
    ['providers.mongodb.storageCostPerGB', 0.25],
    ['providers.mongodb.queryCost', 0.000001],
    ['providers.mongodb.baseTierCost', 57],
    ['providers.redis.storageCostPerMB', 0.08],
    ['providers.redis.baseServiceCost', 20],
    ['providers.twilio.recordingStoragePerGB', 0.05],
    ['providers.twilio.perCallCostPerMinute', 0.0085],
    ['budgets.defaultPerCompany.cache', 5],
    ['budgets.defaultPerCompany.storage', 10],
    ['budgets.defaultPerCompany.calls', 50],
    ['budgets.thresholds.warningPercent', 80],
    ['budgets.thresholds.criticalPercent', 120],
  ]);
}

export type Level = 'fine' | 'warning' | 'critical';

/** Everything that must be known of one company at one moment. null: unknown. */
export interface Figures {
  id: string;
  orphan: boolean;
  keys: number;
  bytes: number;
  hits: number | null;
  misses: number | null;
  readUs: number | null;
  coveredMs: number;
  clears: number | null;
  hitRate: number | null;
  responseMs: number | null;
  redisCost: number;
  mongodbCost: number | null;
  twilioCost: number | null;
  budget: Record<'cache' | 'storage' | 'calls', { used: number | null; percent: number | null; level: Level | null }>;
  headline: { percent: number | null; level: Level | null };
  score: number | null;
  status: 'healthy' | 'warning' | 'critical' | 'unknown';
}

export interface Moment {
  nowMs: number;
  /** The hour of the plan: who is listed. */
  hour: number;
  settings: Settings;
  /** Bytes of each company's cache, as Redis says of each key. */
  bytes: ReadonlyMap<string, number>;
}

/** The figures of all companies, by the formulas of docs/formulas.md written out. */
export function figuresOf(companies: readonly PlannedCompany[], ledger: Ledger, moment: Moment): Figures[] {
  const listed = companies.filter(({ listedFrom }) => listedFrom <= moment.hour).length;
  return companies.flatMap((company): Figures[] => {
    const orphan = company.listedFrom > moment.hour;
    const keys = ledger.keys.get(company.id)?.size ?? 0;
    return orphan && keys === 0 ? [] : [figuresOfOne(company, { orphan, keys, listed }, ledger, moment)];
  });
}

function figuresOfOne(
  { id, usage }: PlannedCompany,
  { orphan, keys, listed }: { orphan: boolean; keys: number; listed: number },
  ledger: Ledger,
  { nowMs, settings, bytes: allBytes }: Moment,
): Figures {
  const price = (path: string): number => settings.get(`providers.${path}`) ?? Number.NaN;
  const { counts, firstMs } = ledger.lastDay(id, nowMs);
  const known = firstMs !== null && (counts.hit !== undefined || counts.miss !== undefined);
  const [hits, misses] = known ? [counts.hit ?? 0, counts.miss ?? 0] : [null, null];
  const readUs = known ? (counts.hitUs ?? 0) + (counts.missUs ?? 0) : null;
  const coveredMs = known ? nowMs - (firstMs ?? 0) : 0;
  const bytes = allBytes.get(id) ?? 0;
  const { storageBytes, minutes, recordingBytes } = orphan ? NOTHING : usage;
  const redisCost =
    (bytes / MB) * price('redis.storageCostPerMB') + (orphan ? 0 : price('redis.baseServiceCost') / listed);
  const mongodbCost = plus(
    storageBytes === null ? null : (storageBytes / GB) * price('mongodb.storageCostPerGB'),
    misses === null ? null : ((misses * 30 * DAY) / coveredMs) * price('mongodb.queryCost'),
  );
  const twilioCost = plus(
    minutes === null ? null : minutes * price('twilio.perCallCostPerMinute'),
    recordingBytes === null ? null : (recordingBytes / GB) * price('twilio.recordingStoragePerGB'),
  );
  const line = (name: string, used: number | null) => lineOf(id, name, used, settings);
  const budget = {
    cache: line('cache', redisCost),
    storage: line('storage', mongodbCost),
    calls: line('calls', twilioCost),
  };
  const headline = worse(budget.cache, budget.storage);
  const reads = (hits ?? 0) + (misses ?? 0);
  const clears = firstMs === null ? null : (counts.clear ?? 0);
  const score = scoreOf({ hits, reads, readUs, clears, headline });
  return {
    ...{
      id,
      orphan,
      keys,
      bytes,
      hits,
      misses,
      readUs,
      coveredMs,
      clears,
      redisCost,
      mongodbCost,
      twilioCost,
      budget,
      headline,
    },
    hitRate: hits === null ? null : (hits / reads) * 100,
    responseMs: readUs === null ? null : readUs / reads / 1000,
    score,
    status: statusOf(score, headline.level),
  };
}

const NOTHING: Usage = { calls: 0, minutes: 0, recordingBytes: 0, storageBytes: 0 };

function plus(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : a + b;
}

function lineOf(id: string, name: string, used: number | null, settings: Settings) {
  const allocated =
    settings.get(`budgets.customBudgets.${id}.${name}`) ??
    settings.get(`budgets.defaultPerCompany.${name}`) ??
    Number.NaN;
  if (used === null) return { used, percent: null, level: null };
  const percent = (used / allocated) * 100;
  const from = (threshold: string): number => settings.get(`budgets.thresholds.${threshold}Percent`) ?? Number.NaN;
  const level: Level = percent >= from('critical') ? 'critical' : percent >= from('warning') ? 'warning' : 'fine';
  return { used, percent, level };
}

type Line = ReturnType<typeof lineOf>;

/** The line that uses more of what it has: the statuses are in the same order. */
function worse(cache: Line, storage: Line): Line {
  return (storage.percent ?? -1) > (cache.percent ?? -1) ? storage : cache;
}

interface Parts {
  hits: number | null;
  reads: number;
  readUs: number | null;
  clears: number | null;
  headline: Line;
}

/** 0.40 hit rate + 0.30 cost + 0.20 performance + 0.10 stability; whole numbers are compared, so that nothing is rounded. */
function scoreOf({ hits, reads, readUs, clears, headline }: Parts): number | null {
  if (hits === null || headline.percent === null) return null;
  const atLeast = (percent: number): boolean => hits * 100 >= percent * reads;
  const hitRate = atLeast(95) ? 100 : atLeast(85) ? 80 : atLeast(70) ? 60 : atLeast(50) ? 30 : 0;
  const used = headline.percent;
  const cost = used < 100 ? 100 : used < 110 ? 80 : used < 150 ? 50 : used <= 200 ? 20 : 0;
  const us = readUs ?? 0;
  const performance =
    us < 1000 * reads ? 100 : us < 2000 * reads ? 80 : us < 5000 * reads ? 60 : us <= 10_000 * reads ? 30 : 0;
  const n = clears ?? 0;
  const stability = n === 0 ? 100 : n <= 3 ? 70 : n <= 10 ? 30 : 0;
  return (40 * hitRate + 30 * cost + 20 * performance + 10 * stability) / 100;
}

function statusOf(score: number | null, level: Level | null): Figures['status'] {
  if (score !== null) return score >= 80 ? 'healthy' : score >= 50 ? 'warning' : 'critical';
  return level === 'warning' || level === 'critical' ? level : 'unknown';
}
