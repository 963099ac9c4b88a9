/**
 * One access to a company's cache, as applications record it (DESIGN §4). Keys are chosen by hash under a threshold that
 * every event carries, so that all accesses of a chosen key are there as long as the threshold was at least this low.
 */
export interface AccessEvent {
  timestampMs: number;
  /** The key without its template's part: `profile` of `company:12:profile`; long ones as `eventKey` shortens them. */
  key: string;
  /** `clear`: the application removed all that the company has; its key is '' and it is recorded whatever the threshold. */
  op: EventOp;
  /** Bytes of the value read or written; 0 where there was none. */
  sizeBytes: number;
  /** Microseconds; a miss's load included. */
  durationUs: number;
  /** Share of keys that were being recorded, 0 < threshold ≤ 1. */
  threshold: number;
  /** Milliseconds that a value stored by this access lives; absent where nothing was stored, or it never expires, or nobody told. */
  lifetimeMs?: number;
}

/** What may happen to one key. */
export const ACCESS_OPS = ['hit', 'miss', 'set', 'delete'] as const;
export type AccessOp = (typeof ACCESS_OPS)[number];
export const EVENT_OPS = [...ACCESS_OPS, 'clear'] as const;
export type EventOp = (typeof EVENT_OPS)[number];

/** Thresholds are kept as whole steps of 2^-24: exact in every process, and short in Redis. */
export const THRESHOLD_STEPS = 2 ** 24;

/**
 * The hash that chooses keys: 32 bits, FNV-1a over the UTF-16 code units (each taken whole), then the finalizer of
 * MurmurHash3, without which similar keys would be chosen together. Never change it: processes of different versions
 * must choose the same keys. A key is chosen iff hash < threshold × 2^32, which is `hash >>> 8 < steps`.
 * Sources: Fowler/Noll/Vo, draft-eastlake-fnv; Appleby, MurmurHash3 fmix32.
 */
export function keyHash(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i += 1) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const LONGEST_EVENT_KEY = 96;

/** A key as events carry it: whole up to 96 bytes of UTF-8, else its first 28 characters, `…` and its hash, so that a stream of long keys stays small and the key still tells itself apart. */
export function eventKey(key: string): string {
  if (key.length <= LONGEST_EVENT_KEY / 3 || Buffer.byteLength(key) <= LONGEST_EVENT_KEY) return key;
  return `${key.slice(0, 28)}…${keyHash(key).toString(16).padStart(8, '0')}`;
}

/** The hash of the key that an event's key stands for: a shortened one ends in it. */
export function eventKeyHash(key: string): number {
  const [, hash] = /^.{28}…([0-9a-f]{8})$/s.exec(key) ?? [];
  return hash === undefined ? keyHash(key) : Number.parseInt(hash, 16);
}

const OP_CODES: Record<EventOp, string> = { hit: 'h', miss: 'm', set: 's', delete: 'd', clear: 'c' };
const OPS_BY_CODE = new Map(EVENT_OPS.map((op) => [OP_CODES[op], op]));

/** The fields of a stream entry: t(ime), k(ey), o(peration), s(ize), d(uration), p (threshold in steps), and where it is known x (lifetime in milliseconds). */
export function encodeAccessEvent(event: AccessEvent): string[] {
  const steps = Math.round(event.threshold * THRESHOLD_STEPS);
  return [
    ...['t', String(event.timestampMs), 'k', eventKey(event.key), 'o', OP_CODES[event.op]],
    ...['s', String(event.sizeBytes), 'd', String(event.durationUs), 'p', String(steps)],
    ...(event.lifetimeMs === undefined ? [] : ['x', String(event.lifetimeMs)]),
  ];
}

/** An event from a stream entry's fields, in any order and among unknown ones; null where it is no event that we know. */
export function decodeAccessEvent(fields: readonly string[]): AccessEvent | null {
  const byName = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) byName.set(fields[i] as string, fields[i + 1] as string);
  const op = OPS_BY_CODE.get(byName.get('o') ?? '');
  const key = byName.get('k');
  const timestampMs = wholeNumber(byName.get('t'));
  if (op === undefined || key === undefined || timestampMs === null) return null;
  const steps = wholeNumber(byName.get('p'));
  const lifetimeMs = wholeNumber(byName.get('x'));
  return {
    timestampMs,
    key,
    op,
    sizeBytes: wholeNumber(byName.get('s')) ?? 0,
    durationUs: wholeNumber(byName.get('d')) ?? 0,
    threshold: steps === null || steps < 1 ? 1 : Math.min(1, steps / THRESHOLD_STEPS),
    ...(lifetimeMs === null ? {} : { lifetimeMs }),
  };
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
