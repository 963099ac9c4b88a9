import { RcmError } from '../../errors.js';
import { TTL_OPS, type TtlAccess, type TtlOp } from './access.js';

/** Blocks of equal time into which a trace is cut to see how much the hit rate changes (`hitRateInterval`). */
export const TRACE_BLOCKS = 20;

/** Places of the operations in TTL_OPS. */
export const [GET, SET, DELETE, CLEAR] = [0, 1, 2, 3] as const;

/** Accesses in time order, each key as a whole number: read once, replayed as often as wanted. */
export interface AccessTrace {
  length: number;
  timesMs: Float64Array;
  /** Place in `keyNames`; of a clear, 0. */
  keys: Int32Array;
  ops: Uint8Array;
  /** NaN: unknown. */
  sizes: Float64Array;
  /** NaN: unknown. */
  lifetimesMs: Float64Array;
  keyNames: string[];
  gets: number;
  /** By key. */
  keyGets: Int32Array;
  /** From the first access to the last. */
  spanMs: number;
}

/**
 * Reads accesses once into arrays.
 * @throws RCM_VALUE_INVALID naming the position (from 1) of an access that is older than the one before, or of one with an
 * unknown operation, or a time, size or lifetime that is none
 */
export function accessTrace(accesses: Iterable<TtlAccess>): AccessTrace {
  const places = new Map<string, number>();
  const keyNames: string[] = [];
  let room = Array.isArray(accesses) ? Math.max(1, accesses.length) : 1024;
  let timesMs = new Float64Array(room);
  let keys = new Int32Array(room);
  let ops = new Uint8Array(room);
  let sizes = new Float64Array(room);
  let lifetimesMs = new Float64Array(room);
  let length = 0;
  let before = Number.NEGATIVE_INFINITY;
  for (const { timestampMs, key, op, sizeBytes, lifetimeMs } of accesses) {
    if (length === room) {
      room *= 2;
      timesMs = grown(timesMs, new Float64Array(room));
      keys = grown(keys, new Int32Array(room));
      ops = grown(ops, new Uint8Array(room));
      sizes = grown(sizes, new Float64Array(room));
      lifetimesMs = grown(lifetimesMs, new Float64Array(room));
    }
    const code = codeOf(op);
    if (code < 0)
      throw invalid(length, `has the operation ${JSON.stringify(op)}`, 'Use get, set, delete or clear.');
    if (!(timestampMs >= before) || timestampMs === Number.POSITIVE_INFINITY)
      throw Number.isFinite(timestampMs)
        ? invalid(length, `is older (${timestampMs}) than the one before (${before})`, 'Sort the accesses by time.')
        : invalid(length, `has the time ${timestampMs}`, 'Give milliseconds.');
    if (sizeBytes !== undefined && !(sizeBytes >= 0 && sizeBytes < Number.POSITIVE_INFINITY))
      throw invalid(length, `has the size ${sizeBytes}`, 'Give bytes from 0, or none.');
    if (lifetimeMs !== undefined && !(lifetimeMs >= 0))
      throw invalid(length, `has the lifetime ${lifetimeMs}`, 'Give milliseconds from 0, or none.');
    before = timestampMs;
    timesMs[length] = timestampMs;
    ops[length] = code;
    sizes[length] = sizeBytes ?? Number.NaN;
    lifetimesMs[length] = lifetimeMs ?? Number.NaN;
    if (code !== CLEAR) {
      let place = places.get(key);
      if (place === undefined) {
        place = keyNames.push(key) - 1;
        places.set(key, place);
      }
      keys[length] = place;
    }
    length += 1;
  }
  const spanMs = length === 0 ? 0 : (timesMs[length - 1] as number) - (timesMs[0] as number);
  return {
    length,
    timesMs,
    keys,
    ops,
    sizes,
    lifetimesMs,
    keyNames,
    spanMs,
    ...countGets(length, keys, ops, keyNames.length),
  };
}

/** One access of a trace, as it was given. */
export function accessAt(trace: AccessTrace, place: number): TtlAccess {
  const op = TTL_OPS[trace.ops[place] as number] as TtlOp;
  const [size, lifetime] = [trace.sizes[place] as number, trace.lifetimesMs[place] as number];
  return {
    timestampMs: trace.timesMs[place] as number,
    key: op === 'clear' ? '' : (trace.keyNames[trace.keys[place] as number] as string),
    op,
    ...(Number.isNaN(size) ? {} : { sizeBytes: size }),
    ...(Number.isNaN(lifetime) ? {} : { lifetimeMs: lifetime }),
  };
}

/** Faster than a look-up: it is asked for every access. -1: no operation. */
function codeOf(op: TtlOp): number {
  if (op === 'get') return GET;
  if (op === 'set') return SET;
  if (op === 'delete') return DELETE;
  return op === 'clear' ? CLEAR : -1;
}

function countGets(length: number, keys: Int32Array, ops: Uint8Array, keyCount: number) {
  const keyGets = new Int32Array(keyCount);
  let gets = 0;
  for (let i = 0; i < length; i += 1) {
    if (ops[i] !== GET) continue;
    const key = keys[i] as number;
    keyGets[key] = (keyGets[key] as number) + 1;
    gets += 1;
  }
  return { keyGets, gets };
}

function grown<T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function invalid(position: number, what: string, hint: string): RcmError {
  return new RcmError('RCM_VALUE_INVALID', `Access ${position + 1} ${what}`, hint);
}
