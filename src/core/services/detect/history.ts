import { type DetectFigures, type History, median, type Peers } from '../../domain/detect/figures.js';
import type { DetectThresholds } from '../../domain/detect/thresholds.js';
import type { CompanySnapshot } from '../../domain/snapshot.js';
import { DAY_MS, MONTH_DAYS } from '../../domain/units.js';
import { messageOf, RcmError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import type { MeasuredCompany } from './measured.js';

type Limits = DetectThresholds['memory'];

/** Companies whose whole history is read without a first look. */
const FEW = 30;
/** At a first look, what is this much over the median of a snapshot a day is looked into. */
const WORTH_A_LOOK = 1.2;

/**
 * What was usual for each company, by its snapshots of the last days: the medians over those in which it had keys. Only
 * of companies whose memory may be in excess; where there are many, a snapshot a day tells which.
 */
export async function readHistories(
  store: Store | RcmError,
  companies: readonly MeasuredCompany[],
  now: Date,
  limits: Limits,
  warnings: string[],
): Promise<Map<string, History>> {
  const histories = new Map<string, History>();
  if (store instanceof RcmError) return histories;
  const from = new Date(now.getTime() - limits.historyDays * DAY_MS);
  const before = new Date(now.getTime() - 1);
  const large = companies.filter(({ sum }) => sum.bytes >= limits.minBytes);
  try {
    const chosen = large.length <= FEW ? large : await worthALook(store, large, from, before);
    for (const { facts } of chosen) {
      const history = historyOf(await store.snapshots.companyRange(facts.companyId, from, before), from);
      if (history !== null) histories.set(facts.companyId, history);
    }
  } catch (error) {
    warnings.push(`What is usual for each company is unknown: ${messageOf(error)}`);
  }
  return histories;
}

async function worthALook(
  store: Store,
  companies: readonly MeasuredCompany[],
  from: Date,
  before: Date,
): Promise<MeasuredCompany[]> {
  const seen = new Map<string, number[]>();
  let last: number | null = null;
  for (let at = before; at >= from; at = new Date(at.getTime() - DAY_MS)) {
    const snapshot = await store.snapshots.latest(at);
    if (snapshot === null || snapshot.platform.takenAt < from) break;
    if (snapshot.platform.takenAt.getTime() === last) continue;
    last = snapshot.platform.takenAt.getTime();
    for (const { companyId, cacheBytes, keys } of snapshot.companies) {
      if (keys === 0) continue;
      const own = seen.get(companyId);
      if (own === undefined) seen.set(companyId, [cacheBytes]);
      else own.push(cacheBytes);
    }
  }
  return companies.filter(({ facts, sum }) => {
    const usual = median(seen.get(facts.companyId) ?? []);
    return usual === null || sum.bytes > WORTH_A_LOOK * usual;
  });
}

function historyOf(rows: readonly CompanySnapshot[], from: Date): History | null {
  const held = rows.filter(({ keys }) => keys > 0);
  const [first] = held;
  if (first === undefined) return null;
  const of = (value: (row: CompanySnapshot) => number | null) =>
    median(held.map(value).filter((one): one is number => one !== null));
  return {
    snapshots: held.length,
    from: first.takenAt < from ? from : first.takenAt,
    bytes: of((row) => row.cacheBytes) as number,
    keys: of((row) => row.keys) as number,
    callsPerDay: of(({ calls }) => (calls === null ? null : calls / MONTH_DAYS)),
    readsPerDay: of(({ hits, misses, coveredMs }) =>
      hits === null || misses === null || coveredMs === 0 ? null : ((hits + misses) * DAY_MS) / coveredMs,
    ),
  };
}

/** How far the sizes of companies alike are apart without one of them being in excess. */
const NINE_OF_TEN = 0.9;

/** One of those that companies are compared with. */
export type Peer = Pick<CompanySnapshot, 'companyId' | 'orphan' | 'calls' | 'cacheBytes' | 'keys' | 'clears24h'>;

/** Companies with about as many calls: medians of what they hold; one that was cleared lately holds less than is usual, and is left out. null where the company's calls are unknown or none. */
export function peersOf({ view }: Pick<DetectFigures, 'view'>, all: readonly Peer[], limits: Limits): Peers | null {
  const { callsPerDay } = view.metrics;
  if (callsPerDay === null || callsPerDay === 0) return null;
  const alike = all.filter(({ companyId, orphan, calls, keys, clears24h }) => {
    if (companyId === view.companyId || orphan === true || calls === null || keys === 0) return false;
    if (clears24h !== null && clears24h > 0) return false;
    const ratio = calls / MONTH_DAYS / callsPerDay;
    return ratio >= 1 / limits.peerFactor && ratio <= limits.peerFactor;
  });
  const sizes = alike.map(({ cacheBytes }) => cacheBytes).sort((a, b) => a - b);
  const mostBytes = sizes[Math.ceil(sizes.length * NINE_OF_TEN) - 1];
  const bytes = median(sizes);
  const keys = median(alike.map((peer) => peer.keys));
  if (bytes === null || keys === null || mostBytes === undefined) return null;
  return { companies: alike.length, bytes, keys, mostBytes };
}
