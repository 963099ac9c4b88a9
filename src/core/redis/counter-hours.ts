import type { Cluster, Redis } from 'ioredis';
import type { CounterHour } from '../domain/counter-hours.js';
import { HOUR_MS } from '../domain/units.js';
import { readCounterTotals } from './counters.js';
import { HOUR_MARKS_LUA } from './hour-marks.lua.js';
import { ownKeys } from './namespace.js';
import { isScriptingRefused, readOnlyScript, runReadOnly } from './script.js';

/** An hour that Redis holds of one company; the mark changes with every write, null where that cannot be told. */
export interface HeldHour {
  companyId: string;
  hourMs: number;
  mark: number | null;
}

/** Companies asked for at a time: enough to keep the server busy, few enough to let others in between. */
const COMPANIES_AT_ONCE = 16;
const NO_KEY = -2;
const NO_EXPIRY = -1;

/** Which of these hours Redis holds. Reads no counter. @throws what Redis says */
export async function heldHours(
  redis: Redis | Cluster,
  companyIds: readonly string[],
  hours: readonly number[],
): Promise<HeldHour[]> {
  const held: HeldHour[] = [];
  let read = marksByScript;
  for (let i = 0; i < companyIds.length; i += COMPANIES_AT_ONCE) {
    const batch = companyIds.slice(i, i + COMPANIES_AT_ONCE);
    const readBatch = () => Promise.all(batch.map((id) => read(redis, id, hours)));
    const marks = await readBatch().catch((error: unknown) => {
      if (read === marksByCommands || !isScriptingRefused(error)) throw error;
      read = marksByCommands;
      return readBatch();
    });
    for (const [n, companyId] of batch.entries())
      for (const [at, mark] of (marks[n] ?? []).entries())
        if (mark !== NO_KEY)
          held.push({ companyId, hourMs: hours[at] as number, mark: mark === NO_EXPIRY ? null : mark });
  }
  return held;
}

/** Whether an hour may have grown since it was stored under this mark. */
export function hasChanged({ mark }: HeldHour, stored: number | null | undefined): boolean {
  return mark === null || mark !== stored;
}

/** What these hours hold; all of one and the same hour. @throws what Redis says */
export async function readHour(redis: Redis | Cluster, held: readonly HeldHour[]): Promise<CounterHour[]> {
  const hourMs = held[0]?.hourMs ?? 0;
  const range = { fromMs: hourMs, toMs: hourMs + HOUR_MS - 1 };
  const totals = await readCounterTotals(
    redis,
    held.map(({ companyId }) => companyId),
    range,
  );
  return held.map((one) => ({ ...one, counters: totals.get(one.companyId)?.counters ?? {} }));
}

const script = readOnlyScript(HOUR_MARKS_LUA);

async function marksByScript(redis: Redis | Cluster, companyId: string, hours: readonly number[]): Promise<number[]> {
  const keys = hours.map((hourMs) => ownKeys.counters(companyId, hourMs));
  return ((await runReadOnly(redis, script, keys, [])) as Buffer[]).map(Number);
}

/** Where a command is refused nothing is known: then the hour counts as one that was written to. */
async function marksByCommands(redis: Redis | Cluster, companyId: string, hours: readonly number[]): Promise<number[]> {
  const commands = hours.map((hourMs) => ['pexpiretime', ownKeys.counters(companyId, hourMs)]);
  const replies = (await redis.pipeline(commands).exec()) ?? [];
  return replies.map(([error, mark]) => (error === null ? Number(mark) : NO_EXPIRY));
}
