import { RcmError } from '../../errors.js';
import type { TtlAccess } from './access.js';
import { type AccessTrace, accessAt, CLEAR, DELETE, GET, TRACE_BLOCKS } from './access-trace.js';
import { Expiries } from './expiries.js';

/** Milliseconds that an entry lives: the same for all, or told for the access that stores it. Infinity: until it is removed; 0: it is not stored. */
export type Lifetime = number | ((access: TtlAccess) => number);

export interface ReplayOptions {
  /** Whether a write to a live key also starts its lifetime anew, as SET … PX does. */
  refreshOnWrite?: boolean | undefined;
  /** Milliseconds from the first access that only fill the cache: nothing of them is counted. 0 unless given. */
  warmUpMs?: number | undefined;
}

/** What a cache would have done. Counts and means are of the accesses as given, after the warm-up: nothing is scaled. */
export interface Replayed {
  /** Milliseconds that are counted: to the last access. */
  countedMs: number;
  gets: number;
  hits: number;
  /** Entries that were stored; by a miss or a set on an absent key. */
  stores: number;
  /** Entries that expired by the last access. */
  expired: number;
  /** Means over the time that is counted; where that is none, what was there then. */
  meanLiveKeys: number;
  meanLiveBytes: number;
  peakLiveKeys: number;
  peakLiveBytes: number;
  /** By key. */
  keyGets: Int32Array;
  keyHits: Int32Array;
  /** By block of equal time (TRACE_BLOCKS). */
  blockGets: Float64Array;
  blockHits: Float64Array;
}

/**
 * Replays a trace exactly through a cache that is empty at first and has room for all. An entry stored at s is there at t when
 * s ≤ t < s + lifetime. A `get` that finds none stores one, of its size, else of the key's last known size, else of 0 bytes; one
 * that finds one changes nothing. A `set` stores where there is none; on one that is there it changes the size, and with
 * `refreshOnWrite` its expiry. A `delete` removes it, a `clear` removes all.
 * @throws RCM_VALUE_INVALID where a lifetime is negative or no number
 */
export function replay(
  trace: AccessTrace,
  lifetime: Lifetime,
  { refreshOnWrite = false, warmUpMs = 0 }: ReplayOptions = {},
): Replayed {
  const { length, timesMs, keys, ops, sizes, keyNames, spanMs } = trace;
  const keyCount = keyNames.length;
  // An entry is there when its era is the present one: a clear begins another. Eras begin at 1.
  const eraOf = new Int32Array(keyCount);
  const expiresAt = new Float64Array(keyCount);
  const sizeOf = new Float64Array(keyCount);
  const lastSizeOf = new Float64Array(keyCount);
  const keyHits = new Int32Array(keyCount);
  const keyGets = warmUpMs > 0 ? new Int32Array(keyCount) : trace.keyGets;
  const [blockGets, blockHits] = [new Float64Array(TRACE_BLOCKS), new Float64Array(TRACE_BLOCKS)];
  const expiries = new Expiries(length);
  let [era, now, liveKeys, liveBytes, keyTime, byteTime] = [1, timesMs[0] ?? 0, 0, 0, 0, 0];
  let [gets, hits, stores, expired, peakLiveKeys, peakLiveBytes] = [0, 0, 0, 0, 0, 0];
  const fromMs = now + Math.min(Math.max(warmUpMs, 0), spanMs);
  const countedMs = spanMs - (fromMs - now);
  const blocksPerMs = countedMs > 0 ? TRACE_BLOCKS / countedMs : 0;
  let warm = fromMs === now;

  const livesMs = (place: number): number => {
    const ms = typeof lifetime === 'number' ? lifetime : lifetime(accessAt(trace, place));
    if (ms >= 0) return ms;
    throw new RcmError(
      'RCM_VALUE_INVALID',
      `A lifetime of ${ms} ms`,
      'Lifetimes are positive, or 0 for what is not stored.',
    );
  };
  const pass = (untilMs: number): void => {
    keyTime += liveKeys * (untilMs - now);
    byteTime += liveBytes * (untilMs - now);
    now = untilMs;
  };
  const expireUntil = (untilMs: number): void => {
    while (expiries.nextAt <= untilMs) {
      const at = expiries.nextAt;
      const key = expiries.take();
      if (eraOf[key] !== era || expiresAt[key] !== at) continue;
      pass(at);
      eraOf[key] = 0;
      liveKeys -= 1;
      liveBytes -= sizeOf[key] as number;
      expired += 1;
    }
  };

  const beginCounting = (): void => {
    warm = true;
    expireUntil(fromMs);
    pass(fromMs);
    [keyTime, byteTime, stores, expired] = [0, 0, 0, 0];
    [peakLiveKeys, peakLiveBytes] = [liveKeys, liveBytes];
  };

  for (let i = 0; i < length; i += 1) {
    const at = timesMs[i] as number;
    if (!warm && at >= fromMs) beginCounting();
    if (expiries.nextAt <= at) expireUntil(at);
    pass(at);
    const op = ops[i] as number;
    if (op === CLEAR) {
      era += 1;
      liveKeys = 0;
      liveBytes = 0;
      continue;
    }
    const key = keys[i] as number;
    const present = eraOf[key] === era;
    const size = sizes[i] as number;
    const known = !Number.isNaN(size);
    if (known && op !== DELETE) lastSizeOf[key] = size;
    if (op === GET) {
      if (!warm) {
        if (present) continue;
      } else {
        const block = Math.min(TRACE_BLOCKS - 1, Math.floor((at - fromMs) * blocksPerMs));
        blockGets[block] = (blockGets[block] as number) + 1;
        gets += 1;
        if (warmUpMs > 0) keyGets[key] = (keyGets[key] as number) + 1;
        if (present) {
          hits += 1;
          keyHits[key] = (keyHits[key] as number) + 1;
          blockHits[block] = (blockHits[block] as number) + 1;
          continue;
        }
      }
    } else if (op === DELETE) {
      if (!present) continue;
      eraOf[key] = 0;
      liveKeys -= 1;
      liveBytes -= sizeOf[key] as number;
      continue;
    } else if (present) {
      if (known) {
        liveBytes += size - (sizeOf[key] as number);
        sizeOf[key] = size;
        if (liveBytes > peakLiveBytes) peakLiveBytes = liveBytes;
      }
      if (!refreshOnWrite) continue;
      const ms = livesMs(i);
      if (ms === 0) {
        eraOf[key] = 0;
        liveKeys -= 1;
        liveBytes -= sizeOf[key] as number;
      } else if (at + ms !== expiresAt[key]) {
        expiresAt[key] = at + ms;
        if (ms !== Number.POSITIVE_INFINITY) expiries.add(at + ms, key);
      }
      continue;
    }
    const ms = typeof lifetime === 'number' && lifetime > 0 ? lifetime : livesMs(i);
    if (ms === 0) continue;
    eraOf[key] = era;
    sizeOf[key] = lastSizeOf[key] as number;
    expiresAt[key] = at + ms;
    if (ms !== Number.POSITIVE_INFINITY) expiries.add(at + ms, key);
    stores += 1;
    liveKeys += 1;
    liveBytes += sizeOf[key] as number;
    if (liveKeys > peakLiveKeys) peakLiveKeys = liveKeys;
    if (liveBytes > peakLiveBytes) peakLiveBytes = liveBytes;
  }
  const means =
    countedMs > 0
      ? { meanLiveKeys: keyTime / countedMs, meanLiveBytes: byteTime / countedMs }
      : { meanLiveKeys: liveKeys, meanLiveBytes: liveBytes };
  return {
    countedMs,
    keyGets,
    gets,
    hits,
    stores,
    expired,
    ...means,
    peakLiveKeys,
    peakLiveBytes,
    keyHits,
    blockGets,
    blockHits,
  };
}
