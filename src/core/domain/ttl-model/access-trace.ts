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

/** More different keys than a Map holds. */
const MOST_KEYS = 2 ** 24;

/**
 * Reads accesses once into arrays.
 * @throws RCM_VALUE_INVALID naming the position (from 1) of an access that is older than the one before, or of one with an
 * unknown operation, or a time, size or lifetime that is none
 */
export function accessTrace(accesses: Iterable<TtlAccess>): AccessTrace {
  const builder = new TraceBuilder(Array.isArray(accesses) ? accesses.length : undefined);
  for (const access of accesses) builder.add(access);
  return builder.build();
}

/** Makes a trace of accesses that come one by one, in time order. */
export class TraceBuilder {
  readonly #places = new Map<string, number>();
  readonly #keyNames: string[] = [];
  #room: number;
  #timesMs: Float64Array;
  #keys: Int32Array;
  #ops: Uint8Array;
  #sizes: Float64Array;
  #lifetimesMs: Float64Array;
  #length = 0;
  #before = Number.NEGATIVE_INFINITY;

  /** @param expected how many accesses will come */
  constructor(expected = 1024) {
    this.#room = Math.max(1, expected);
    this.#timesMs = new Float64Array(this.#room);
    this.#keys = new Int32Array(this.#room);
    this.#ops = new Uint8Array(this.#room);
    this.#sizes = new Float64Array(this.#room);
    this.#lifetimesMs = new Float64Array(this.#room);
  }

  get length(): number {
    return this.#length;
  }

  /** @throws as `accessTrace`; also for more than 16 million different keys */
  add({ timestampMs, key, op, sizeBytes, lifetimeMs }: TtlAccess): void {
    const at = this.#length;
    if (at === this.#room) this.#grow();
    const code = codeOf(op);
    if (code < 0) throw invalid(at, `has the operation ${JSON.stringify(op)}`, 'Use get, set, delete or clear.');
    if (!(timestampMs >= this.#before) || timestampMs === Number.POSITIVE_INFINITY)
      throw Number.isFinite(timestampMs)
        ? invalid(at, `is older (${timestampMs}) than the one before (${this.#before})`, 'Sort the accesses by time.')
        : invalid(at, `has the time ${timestampMs}`, 'Give milliseconds.');
    if (sizeBytes !== undefined && !(sizeBytes >= 0 && sizeBytes < Number.POSITIVE_INFINITY))
      throw invalid(at, `has the size ${sizeBytes}`, 'Give bytes from 0, or none.');
    if (lifetimeMs !== undefined && !(lifetimeMs >= 0))
      throw invalid(at, `has the lifetime ${lifetimeMs}`, 'Give milliseconds from 0, or none.');
    this.#before = timestampMs;
    this.#timesMs[at] = timestampMs;
    this.#ops[at] = code;
    this.#sizes[at] = sizeBytes ?? Number.NaN;
    this.#lifetimesMs[at] = lifetimeMs ?? Number.NaN;
    if (code !== CLEAR) this.#keys[at] = this.#places.get(key) ?? this.#addKey(key);
    this.#length = at + 1;
  }

  build(): AccessTrace {
    const length = this.#length;
    const [timesMs, keys, ops, keyNames] = [this.#timesMs, this.#keys, this.#ops, this.#keyNames];
    const spanMs = length === 0 ? 0 : (timesMs[length - 1] as number) - (timesMs[0] as number);
    const counted = countGets(length, keys, ops, keyNames.length);
    return {
      length,
      timesMs,
      keys,
      ops,
      sizes: this.#sizes,
      lifetimesMs: this.#lifetimesMs,
      keyNames,
      spanMs,
      ...counted,
    };
  }

  #addKey(key: string): number {
    const place = this.#keyNames.length;
    if (place >= MOST_KEYS)
      throw invalid(
        this.#length,
        `names more than ${MOST_KEYS} different keys`,
        'Give the accesses of a part of the keys, chosen by hash.',
      );
    this.#keyNames.push(key);
    this.#places.set(key, place);
    return place;
  }

  #grow(): void {
    this.#room *= 2;
    const room = this.#room;
    this.#timesMs = grown(this.#timesMs, new Float64Array(room));
    this.#keys = grown(this.#keys, new Int32Array(room));
    this.#ops = grown(this.#ops, new Uint8Array(room));
    this.#sizes = grown(this.#sizes, new Float64Array(room));
    this.#lifetimesMs = grown(this.#lifetimesMs, new Float64Array(room));
  }
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
