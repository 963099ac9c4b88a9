/** What may happen to one key, and `clear`: all keys of the company are removed at once (a whole-company invalidation). */
export const TTL_OPS = ['get', 'set', 'delete', 'clear'] as const;
export type TtlOp = (typeof TTL_OPS)[number];

/** One access to a cache, as the model replays it. */
export interface TtlAccess {
  /** Milliseconds on any clock that never goes back. */
  timestampMs: number;
  /** Any text that tells keys apart; that of a `clear` is not looked at. */
  key: string;
  op: TtlOp;
  /** Bytes of the value, where they are known: of a `get`, what is stored or what a miss loads; of a `set`, what it writes. */
  sizeBytes?: number | undefined;
  /** Milliseconds that what this access stored really lived; absent where nobody told. Only replays of today's lifetimes look at it. */
  lifetimeMs?: number | undefined;
}
