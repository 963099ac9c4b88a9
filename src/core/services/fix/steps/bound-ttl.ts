import { SECOND_MS } from '../../../domain/units.js';
import { KeyTemplates } from '../../../redis/key-template.js';
import { KeySelection } from '../../../redis/keys/selection.js';
import { redisError } from '../../../redis/redis-error.js';
import { boundExisting } from '../../../redis/ttl/bound-existing.js';
import { persistWithin } from '../../../redis/ttl/persist.js';
import { primaries } from '../../primaries.js';
import type { OpenFix } from '../journal.js';
import { assertLocked } from '../lock.js';
import type { StepExecutor } from './step.js';

/** When the keys end, by the server's clock: within this span, in which nothing else that is stored since ends. */
interface Kept {
  fromMs: number;
  toMs: number;
}

const LONGEST_SPAN_MS = 60_000;

const keptOf = (fix: OpenFix, place: number) => fix.step(place).undo as unknown as Kept;

/** Gives keys that never expire an end; undone, those that still are as the fix left them never expire again. */
export const boundTtlStep: StepExecutor = {
  destroys: false,

  async prepare(fix, place) {
    const ttlMs = Number(fix.step(place).params?.ttlSeconds) * SECOND_MS;
    // What the application stores from now on, to live as long, ends after `toMs`.
    const toMs = (await serverTime(fix)) + ttlMs;
    return { fromMs: Math.round(toMs - Math.min(LONGEST_SPAN_MS, ttlMs / 10)), toMs: Math.round(toMs) };
  },

  async apply(fix, place) {
    const { ports, companyId, record } = fix;
    const { fromMs, toMs } = keptOf(fix, place);
    // In the middle: neither rounding nor a slow answer leads out of the span.
    const endMs = (fromMs + toMs) / 2;
    const ahead = (await serverTime(fix)) - Date.now();
    const selection = new KeySelection(new KeyTemplates(ports.config.keyTemplates), [companyId]);
    let chunk = await firstFree(fix);
    try {
      const { nodes, close } = await primaries(ports.redis);
      try {
        await boundExisting(nodes, selection, {
          maxTtlMs: (_, ttlMs) => (ttlMs === -1 ? Math.max(1, Math.round(endMs - Date.now() - ahead)) : null),
          before: async (keys) => {
            if (fix.lease) assertLocked(fix.lease);
            const touched = keys.map(({ key, formerTtlMs }): [string, number, number] => [
              key.toString('base64'),
              formerTtlMs,
              endMs,
            ]);
            await ports.store.fixes.keepTouched(record.fixId, chunk, touched);
            chunk += 1;
          },
          after: () => undefined,
          signal: ports.signal,
        });
      } finally {
        close();
      }
    } catch (error) {
      throw redisError(error, ports.redis.label);
    }
  },

  assertUndoable: async () => undefined,

  async undo(fix, place) {
    const { ports, record } = fix;
    let restoredTtls = 0;
    try {
      for (let chunk = 0; ; chunk += 1) {
        const touched = await ports.store.fixes.touched(record.fixId, chunk);
        if (touched === null) return { restoredTtls };
        const keys = touched.map(([key]) => Buffer.from(key, 'base64'));
        restoredTtls += await persistWithin(ports.redis.client, keys, keptOf(fix, place));
      }
    } catch (error) {
      throw redisError(error, ports.redis.label);
    }
  },
};

async function firstFree({ ports, record }: OpenFix): Promise<number> {
  let chunk = 0;
  while ((await ports.store.fixes.touched(record.fixId, chunk)) !== null) chunk += 1;
  return chunk;
}

async function serverTime({ ports: { redis } }: OpenFix): Promise<number> {
  const [seconds, micros] = await redis.client.time().catch((error: unknown) => {
    throw redisError(error, redis.label);
  });
  return Number(seconds) * SECOND_MS + Number(micros) / 1000;
}
