import type { TouchedTtl } from '../../../domain/fix.js';
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

/** When keys end, by the server's clock: within this span, in which nothing else that is stored since ends. */
interface Span {
  fromMs: number;
  toMs: number;
}

/** The newest span, and those of the time before: a walk that takes long, or goes on later, must not shorten what is left. */
interface Kept extends Span {
  earlier?: Span[];
}

const LONGEST_SPAN_MS = 60_000;
/** A span that leaves keys less of the time that they are to be given is not used any more. */
const LEAST_SHARE = 0.9;

const keptOf = (fix: OpenFix, place: number) => fix.step(place).undo as unknown as Kept;
const ttlMsOf = (fix: OpenFix, place: number) => Number(fix.step(place).params?.ttlSeconds) * SECOND_MS;
// In the middle: neither rounding nor a slow answer leads out of the span.
const middleOf = ({ fromMs, toMs }: Span) => (fromMs + toMs) / 2;

/** Gives keys that never expire an end; undone, those that still are as the fix left them never expire again. */
export const boundTtlStep: StepExecutor = {
  destroys: false,

  async prepare(fix, place) {
    return { ...spanFrom(await serverTime(fix), ttlMsOf(fix, place)) };
  },

  async apply(fix, place) {
    const { ports, companyId, record } = fix;
    const ttlMs = ttlMsOf(fix, place);
    const ahead = (await serverTime(fix)) - Date.now();
    const now = () => Date.now() + ahead;
    const selection = new KeySelection(new KeyTemplates(ports.config.keyTemplates), [companyId]);
    const inTurn = oneAtATime();
    let chunk = await firstFree(fix);
    const renew = async () => {
      const { earlier = [], ...span } = keptOf(fix, place);
      if (span.toMs - now() >= ttlMs * LEAST_SHARE) return;
      await fix.saveStep(place, { undo: { ...spanFrom(now(), ttlMs), earlier: [...earlier, span] } });
    };
    /** When the span was renewed between looking at a key and noting it, the key ends in the former one. */
    const ends = new WeakMap<Buffer, number>();
    try {
      await renew();
      const { nodes, close } = await primaries(ports.redis);
      try {
        await boundExisting(nodes, selection, {
          onlyEndless: true,
          maxTtlMs: ({ key }, ttl) => {
            if (ttl !== -1) return null;
            const endMs = middleOf(keptOf(fix, place));
            ends.set(key, endMs);
            return Math.max(1, Math.round(endMs - now()));
          },
          // Servers are walked at once, and an undo reads the chunks until there is none: no number may be left out or used twice.
          before: (keys) =>
            inTurn(async () => {
              if (fix.lease) assertLocked(fix.lease);
              const touched = keys.map(
                ({ key, formerTtlMs }): TouchedTtl => [key.toString('base64'), formerTtlMs, ends.get(key) as number],
              );
              await ports.store.fixes.keepTouched(record.fixId, chunk, touched);
              chunk += 1;
            }),
          after: () => undefined,
          onStep: () => inTurn(renew),
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
    const kept = keptOf(fix, place);
    let restoredTtls = 0;
    try {
      for (let chunk = 0; ; chunk += 1) {
        const touched = await ports.store.fixes.touched(record.fixId, chunk);
        if (touched === null) return { restoredTtls };
        for (const span of [kept, ...(kept.earlier ?? [])]) {
          const keys = touched.flatMap(([key, , endMs]) => (isIn(span, endMs) ? [Buffer.from(key, 'base64')] : []));
          restoredTtls += await persistWithin(ports.redis.client, keys, span);
        }
      }
    } catch (error) {
      throw redisError(error, ports.redis.label);
    }
  },
};

function spanFrom(nowMs: number, ttlMs: number): Span {
  // What the application stores from now on, to live as long, ends after `toMs`.
  const toMs = nowMs + ttlMs;
  return { fromMs: Math.round(toMs - Math.min(LONGEST_SPAN_MS, ttlMs / 10)), toMs: Math.round(toMs) };
}

function isIn({ fromMs, toMs }: Span, ms: number): boolean {
  return ms >= fromMs && ms < toMs;
}

/** Each piece of work begins when the one before has ended, well or not. */
function oneAtATime(): (work: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}

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
