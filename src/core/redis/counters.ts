import type { Cluster, Redis } from 'ioredis';
import {
  COUNTER_NAMES,
  COUNTER_RETENTION_HOURS,
  type CounterName,
  type CounterSlot,
  type Counters,
  type CounterTotals,
  SLOT_MS,
  SLOTS_PER_HOUR,
  slotOf,
} from '../domain/counters.js';
import { HOUR_MS, SECOND_MS } from '../domain/units.js';
import { COUNTER_TOTALS_LUA } from './counter-totals.lua.js';
import { ownKeys } from './namespace.js';
import { isScriptingRefused, readOnlyScript, runReadOnly } from './script.js';

/**
 * Counters in Redis. One hash an hour with at most 12 slots × 17 counters stays a listpack (under Redis's default 512
 * fields): about 2.1 KB at 100 reads a second with every latency bucket in use, 50 hours of it 105 KB; 512 events are
 * about 38 KB. Together under 150 KB for a company that is active around the clock.
 */
export const COUNTERS_EXPIRE_SECONDS = (COUNTER_RETENTION_HOURS * HOUR_MS) / SECOND_MS;

export interface CounterRange {
  /** Milliseconds since the epoch; the slot that contains it counts whole. */
  fromMs: number;
  /** The slot that contains it is the last that counts. */
  toMs: number;
}

/** HINCRBY of one counter. */
export function incrementCommand(
  companyId: string,
  atMs: number,
  name: CounterName,
  amount: number,
): (string | number)[] {
  return ['hincrby', ownKeys.counters(companyId, atMs), `${slotOf(atMs)}:${name}`, amount];
}

/** EXPIRE of the hash that holds the counters of a time: due whenever it was written to. */
export function expireCommand(companyId: string, atMs: number): (string | number)[] {
  return ['expire', ownKeys.counters(companyId, atMs), COUNTERS_EXPIRE_SECONDS];
}

/** Adds to one company's counters, e.g. one `clear`. @throws what Redis says */
export async function addCounters(
  redis: Redis | Cluster,
  companyId: string,
  counters: Counters,
  atMs: number,
): Promise<void> {
  const commands = Object.entries(counters).map(([name, n]) =>
    incrementCommand(companyId, atMs, name as CounterName, n),
  );
  if (commands.length === 0) return;
  const replies = await redis.pipeline([...commands, expireCommand(companyId, atMs)]).exec();
  for (const [error] of replies ?? []) if (error !== null) throw error;
}

/** Companies asked for at a time: enough to keep the server busy, few enough to let others in between. */
const COMPANIES_AT_ONCE = 16;
/** Hours one script call reads: well under a millisecond of server time for a company active around the clock. */
const HOURS_PER_CALL = 3;

/**
 * What each company recorded in a window. A company that recorded nothing has a row with empty counters. Works on a
 * standalone server and on a cluster; where scripts are refused, whole hashes are read instead.
 * @throws what Redis says
 */
export async function readCounterTotals(
  redis: Redis | Cluster,
  companyIds: readonly string[],
  range: CounterRange,
): Promise<Map<string, CounterTotals>> {
  const totals = new Map<string, CounterTotals>();
  const hours = hoursOf(range);
  let read = totalsByScript;
  for (let i = 0; i < companyIds.length; i += COMPANIES_AT_ONCE) {
    const batch = companyIds.slice(i, i + COMPANIES_AT_ONCE);
    const readBatch = () => Promise.all(batch.map((id) => read(redis, id, hours)));
    const rows = await readBatch().catch((error: unknown) => {
      if (read === totalsByHashes || !isScriptingRefused(error)) throw error;
      read = totalsByHashes;
      return readBatch();
    });
    rows.forEach((row, at) => {
      totals.set(batch[at] as string, row);
    });
  }
  return totals;
}

/** Slot by slot what one company recorded in a window, oldest first; slots with nothing are left out. @throws what Redis says */
export async function readCounterSlots(
  redis: Redis | Cluster,
  companyId: string,
  range: CounterRange,
): Promise<CounterSlot[]> {
  return slotsOfHours(redis, companyId, hoursOf(range));
}

/** An hour of a window: its start, and its first and last slot that count. */
interface Hour {
  startMs: number;
  from: number;
  to: number;
}

function hoursOf(range: CounterRange): Hour[] {
  const first = Math.floor(range.fromMs / HOUR_MS) * HOUR_MS;
  const hours: Hour[] = [];
  for (let startMs = first; startMs <= range.toMs; startMs += HOUR_MS) {
    const last = startMs + HOUR_MS > range.toMs ? slotOf(range.toMs) : SLOTS_PER_HOUR - 1;
    hours.push({ startMs, from: startMs === first ? slotOf(range.fromMs) : 0, to: last });
  }
  return hours;
}

const script = readOnlyScript(COUNTER_TOTALS_LUA);

async function totalsByScript(redis: Redis | Cluster, companyId: string, hours: Hour[]): Promise<CounterTotals> {
  const total: CounterTotals = { counters: {}, firstSlotMs: null };
  const calls: Promise<unknown>[] = [];
  for (let i = 0; i < hours.length; i += HOURS_PER_CALL) {
    const part = hours.slice(i, i + HOURS_PER_CALL);
    const keys = part.map((hour) => ownKeys.counters(companyId, hour.startMs));
    calls.push(
      runReadOnly(
        redis,
        script,
        keys,
        part.flatMap((hour) => [hour.from, hour.to]),
      ),
    );
  }
  const replies = await Promise.all(calls);
  replies.forEach((reply, call) => {
    const [firstHour, firstSlot, ...sums] = reply as [number, number, ...Buffer[]];
    const hour = hours[call * HOURS_PER_CALL + firstHour - 1];
    if (firstHour > 0 && hour !== undefined) total.firstSlotMs ??= hour.startMs + firstSlot * SLOT_MS;
    for (let i = 0; i + 1 < sums.length; i += 2) add(total.counters, String(sums[i]), Number(sums[i + 1]));
  });
  return total;
}

async function totalsByHashes(redis: Redis | Cluster, companyId: string, hours: Hour[]): Promise<CounterTotals> {
  const slots = await slotsOfHours(redis, companyId, hours);
  const total: CounterTotals = { counters: {}, firstSlotMs: slots[0]?.slotMs ?? null };
  for (const slot of slots) for (const [name, n] of Object.entries(slot.counters)) add(total.counters, name, n);
  return total;
}

async function slotsOfHours(redis: Redis | Cluster, companyId: string, hours: Hour[]): Promise<CounterSlot[]> {
  if (hours.length === 0) return [];
  const commands = hours.map((hour) => ['hgetall', ownKeys.counters(companyId, hour.startMs)]);
  const replies = (await redis.pipeline(commands).exec()) ?? [];
  return replies.flatMap(([error, hash], i) => {
    // A key of another type counts nothing, as in the script.
    if (error !== null && !error.message.startsWith('WRONGTYPE')) throw error;
    return error === null ? slotsOfHash(hash as Record<string, string>, hours[i] as Hour) : [];
  });
}

function slotsOfHash(hash: Record<string, string>, hour: Hour): CounterSlot[] {
  const slots = new Map<number, Counters>();
  for (const [field, value] of Object.entries(hash)) {
    const [, slotText, name] = /^(\d\d?):(\w+)$/.exec(field) ?? [];
    const slot = Number(slotText);
    if (name === undefined || slot < hour.from || slot > hour.to) continue;
    const counters = slots.get(slot) ?? {};
    if (add(counters, name, Number(value))) slots.set(slot, counters);
  }
  return [...slots]
    .sort(([a], [b]) => a - b)
    .map(([slot, counters]) => ({ slotMs: hour.startMs + slot * SLOT_MS, counters }));
}

const KNOWN: ReadonlySet<string> = new Set(COUNTER_NAMES);

/** Adds a counter; one that this version does not know, or that is no number, is left out. */
function add(counters: Counters, name: string, amount: number): boolean {
  if (!KNOWN.has(name) || !Number.isFinite(amount)) return false;
  const known = name as CounterName;
  counters[known] = (counters[known] ?? 0) + amount;
  return true;
}
