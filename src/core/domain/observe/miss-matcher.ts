/** When the server tells of a key-miss: before it shows the command that missed (Redis 6.2 and newer), or after. */
export type MissOrder = 'before' | 'after';

/** Told of every read of a key once it is known whether it missed. */
export type OnRead = (key: string, missed: boolean) => void;

/** More misses than this between two commands are no read of ours: memory stays bounded. */
const MOST_PENDING = 1_000_000;

/**
 * Tells which reads missed. Commands and key-misses come on one connection, in the server's own order, so that a miss stands
 * right beside the command that caused it: it counts when that command is a read and names the key, as often as it names it.
 * All other misses (EXISTS, TTL, a second one of the same command) count nothing.
 */
export class MissMatcher {
  readonly #misses = new Map<string, number>();
  #pending = 0;
  #last: readonly string[] | null = null;
  /** Misses were dropped: what was counted since is not to be trusted. */
  overflowed = false;

  constructor(
    private readonly order: MissOrder,
    private readonly onRead: OnRead,
  ) {}

  miss(key: string): void {
    if (this.#pending >= MOST_PENDING) {
      this.overflowed = true;
      return;
    }
    this.#pending += 1;
    this.#misses.set(key, (this.#misses.get(key) ?? 0) + 1);
  }

  /** A command was shown. @param keys those it reads; null when it is no cache read */
  command(keys: readonly string[] | null): void {
    const reading = this.order === 'before' ? keys : this.#last;
    if (reading !== null) for (const key of reading) this.onRead(key, this.#take(key));
    this.#last = this.order === 'before' ? null : keys;
    if (this.#pending > 0) {
      this.#misses.clear();
      this.#pending = 0;
    }
  }

  #take(key: string): boolean {
    if (this.#pending === 0) return false;
    const count = this.#misses.get(key);
    if (count === undefined || count === 0) return false;
    this.#misses.set(key, count - 1);
    return true;
  }
}
