import type { Redis } from 'ioredis';
import type { ProcessorReading } from '../../domain/observe/overhead.js';
import { servesKey } from '../keys/serves-key.js';
import type { ScanNode } from '../scan/keyspace-scan.js';
import { infoFields } from '../server-info.js';

/** How long a lost connection is tried again before a command fails. */
const RETRY_MS = 100;
const RETRIES = 30;

/** A client like another that finds its way back after a cut: what was changed must be put back. Close it with `disconnect()`. */
export function enduring(like: Redis, options: { db?: number } = {}): Redis {
  const redis = like.duplicate({
    ...options,
    retryStrategy: () => RETRY_MS,
    maxRetriesPerRequest: RETRIES,
    lazyConnect: false,
  });
  redis.on('error', () => undefined); // commands reject with it
  return redis;
}

const PROBE = 'rcm:observe:probe';

/** A key that nobody has, and that this server (one of a cluster, too) answers for. */
export function probeKey(node: Pick<ScanNode, 'slots'>): string {
  let key = PROBE;
  for (let n = 0; !servesKey(node, Buffer.from(key)); n += 1) key = `${PROBE}:${n}`;
  return key;
}

/** What one server tells while it is observed. null where it does not. */
export interface Vitals {
  runId: string | null;
  processor: ProcessorReading | null;
  replicas: number;
}

/** @throws what the client throws when it cannot be reached; INFO refused gives nulls */
export async function readVitals(redis: Redis): Promise<Vitals> {
  const text = await redis.info().catch((error: Error) => {
    if (/NOPERM|unknown command/i.test(error.message)) return '';
    throw error;
  });
  const fields = infoFields(text);
  const number = (name: string): number => Number(fields.get(name) ?? Number.NaN);
  const threads = ['used_cpu_sys_main_thread', 'used_cpu_user_main_thread'];
  const names = fields.has(threads[0] as string) ? threads : ['used_cpu_sys', 'used_cpu_user'];
  const cpuSeconds = number(names[0] as string) + number(names[1] as string);
  const commands = number('total_commands_processed');
  const told = Number.isFinite(cpuSeconds) && Number.isFinite(commands);
  return {
    runId: fields.get('run_id') ?? null,
    processor: told ? { atMs: performance.now(), cpuSeconds, commands } : null,
    replicas: number('connected_slaves') || 0,
  };
}

/** How long a small command takes, in milliseconds: the shortest of three, so that a hiccup of this machine is not taken for the server's. @throws what the client throws */
export async function readLatency(redis: Redis): Promise<number> {
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i += 1) {
    const before = performance.now();
    await redis.ping();
    shortest = Math.min(shortest, performance.now() - before);
  }
  return shortest;
}

/** Bytes that the server holds for a client; null where it does not tell. @throws never */
export async function outputBuffer(redis: Redis, clientId: number | null): Promise<number | null> {
  if (clientId === null) return null;
  const text = await redis.call('CLIENT', 'LIST', 'ID', clientId).catch(() => null);
  const found = text === null ? null : /\bomem=(\d+)/.exec(String(text));
  return found ? Number(found[1]) : null;
}
