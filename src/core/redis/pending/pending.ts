import { randomUUID } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { ownKeys } from '../namespace.js';
import { isScriptingRefused, runWriting, writingScript } from '../script.js';
import { CLAIM_UPDATE_LUA, END_UPDATE_LUA, REQUEST_UPDATE_LUA } from './pending.lua.js';
import { claimByCommands, endByCommands, requestByCommands } from './pending-by-commands.js';
import { MARK_KEPT_MS, RUN_LASTS_MS, type Turn } from './turn.js';

const REQUEST = writingScript(REQUEST_UPDATE_LUA);
const CLAIM = writingScript(CLAIM_UPDATE_LUA);
const END = writingScript(END_UPDATE_LUA);

/**
 * A config update of a company is wanted, of which there may be one in `intervalMs`: the first one runs, the next one is
 * marked and waits. Decided on the server, by its clock. @throws what Redis says
 */
export async function requestUpdate(redis: Redis | Cluster, companyId: string, intervalMs: number): Promise<Turn> {
  const args = [intervalMs, randomUUID(), MARK_KEPT_MS];
  return scripted(
    async () => turnOf(await runWriting(redis, REQUEST, [ownKeys.pending(companyId)], args)),
    () => requestByCommands(redis, companyId, intervalMs),
  );
}

/** Takes a waiting config update whose interval is over: of several processes one gets it. @throws what Redis says */
export async function claimUpdate(redis: Redis | Cluster, companyId: string, intervalMs: number): Promise<Turn> {
  const args = [intervalMs, randomUUID(), MARK_KEPT_MS, RUN_LASTS_MS];
  return scripted(
    async () => turnOf(await runWriting(redis, CLAIM, [ownKeys.pending(companyId)], args)),
    () => claimByCommands(redis, companyId, intervalMs),
  );
}

/**
 * Notes that a run has ended. One that was marked meanwhile stays marked.
 * @param leftMs what is left of the interval that began with the run; 0: there is no limit any more
 * @throws what Redis says
 */
export async function endUpdate(redis: Redis | Cluster, companyId: string, run: string, leftMs: number): Promise<void> {
  const args = [run, Math.ceil(leftMs)];
  await scripted(
    async () => void (await runWriting(redis, END, [ownKeys.pending(companyId)], args)),
    () => endByCommands(redis, companyId, run, leftMs),
  );
}

/** Whether a config update waits, or runs. One cheap read. @throws what Redis says */
export async function isUpdateWaiting(redis: Redis | Cluster, companyId: string): Promise<boolean> {
  return (await redis.get(ownKeys.pending(companyId)))?.includes(':') ?? false;
}

async function scripted<T>(byScript: () => Promise<T>, byCommands: () => Promise<T>): Promise<T> {
  try {
    return await byScript();
  } catch (error) {
    if (!isScriptingRefused(error)) throw error;
    return byCommands();
  }
}

function turnOf(reply: unknown): Turn {
  const [runs, rest] = reply as [number, Buffer | number];
  if (runs === 1) return { run: String(rest) };
  return { run: null, waitMs: Number(rest) < 0 ? null : Number(rest) };
}
