import { randomUUID } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { ownKeys } from '../namespace.js';
import { MARK_KEPT_MS, RUN_LASTS_MS, type Turn } from './turn.js';

/** Where scripts are refused: the same decisions under a short lock. */

const LOCK_MS = 5000;
const RETRY_MS = 20;

interface Mark {
  started: number;
  state: string;
}

export function requestByCommands(redis: Redis | Cluster, companyId: string, intervalMs: number): Promise<Turn> {
  return decide(redis, companyId, async (key, mark, now) => {
    if (mark === null || isOver(mark, now, intervalMs)) return run(redis, key, now);
    await redis.set(key, `${mark.started}:waiting`, 'PX', MARK_KEPT_MS);
    return { run: null, waitMs: mark.started + intervalMs - now };
  });
}

export function claimByCommands(redis: Redis | Cluster, companyId: string, intervalMs: number): Promise<Turn> {
  return decide(redis, companyId, async (key, mark, now) => {
    if (mark === null || mark.state === '') return { run: null, waitMs: null };
    const lasts = mark.state === 'running' ? Math.max(intervalMs, RUN_LASTS_MS) : intervalMs;
    return isOver(mark, now, lasts) ? run(redis, key, now) : { run: null, waitMs: mark.started + lasts - now };
  });
}

export async function endByCommands(
  redis: Redis | Cluster,
  companyId: string,
  ended: string,
  leftMs: number,
): Promise<void> {
  await locked(redis, companyId, async () => {
    const key = ownKeys.pending(companyId);
    if ((await redis.get(key)) !== ended) return;
    if (leftMs <= 0) await redis.del(key);
    else await redis.set(key, parse(ended)?.started ?? 0, 'PX', Math.ceil(leftMs));
  });
}

function isOver({ started }: Mark, now: number, lastsMs: number): boolean {
  return now - started >= lastsMs || now < started;
}

async function run(redis: Redis | Cluster, key: string, now: number): Promise<Turn> {
  const mine = `${now}:running:${randomUUID()}`;
  await redis.set(key, mine, 'PX', MARK_KEPT_MS);
  return { run: mine };
}

function decide(
  redis: Redis | Cluster,
  companyId: string,
  rule: (key: string, mark: Mark | null, now: number) => Promise<Turn>,
): Promise<Turn> {
  return locked(redis, companyId, async () => {
    const key = ownKeys.pending(companyId);
    const [[seconds, micros], value] = await Promise.all([redis.time(), redis.get(key)]);
    return rule(key, parse(value), Number(seconds) * 1000 + Math.floor(Number(micros) / 1000));
  });
}

function parse(value: string | null): Mark | null {
  const [, started, state = ''] = /^(\d+):?([a-z]*)/.exec(value ?? '') ?? [];
  return started === undefined ? null : { started: Number(started), state };
}

async function locked<T>(redis: Redis | Cluster, companyId: string, work: () => Promise<T>): Promise<T> {
  const lock = ownKeys.lock(`update:${companyId}`);
  const token = randomUUID();
  while ((await redis.set(lock, token, 'PX', LOCK_MS, 'NX')) !== 'OK')
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  try {
    return await work();
  } finally {
    if ((await redis.get(lock)) === token) await redis.del(lock);
  }
}
