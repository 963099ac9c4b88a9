import type { Redis } from 'ioredis';
import { readServerInfo } from '../server-info.js';

const POLL_MS = 100;
/** What the server says of the time before the scan is soon replaced by what is: its figure still holds who has just left. */
const FIRST_POLL_MS = 20;

/**
 * Tells how many requests per second other clients make, from the server's own count of socket reads. Ours are
 * subtracted; our scripts' inner commands are not in that count.
 */
export class LoadSensor {
  #redis: Redis;
  #lastAt = 0;
  #lastReads: number | null = null;
  #own = 0;
  #polls = 0;
  /** false when the server does not say: INFO refused or the field missing. */
  available = true;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Call once for each request sent. */
  sent(requests = 1): void {
    this.#own += requests;
  }

  due(nowMs: number): boolean {
    return this.available && nowMs - this.#lastAt >= (this.#polls === 1 ? FIRST_POLL_MS : POLL_MS);
  }

  /** Requests per second of others since the last poll; at first what the server says of the time before the scan; null = unknown. */
  async poll(nowMs: number): Promise<number | null> {
    const own = this.#own;
    this.#polls += 1;
    this.#own = 1; // this poll itself falls into the next interval
    const info = await readServerInfo(this.#redis, 'stats').catch(() => null);
    const reads = info?.readsProcessed ?? null;
    if (reads === null) {
      this.available = false;
      return null;
    }
    const seconds = (nowMs - this.#lastAt) / 1000;
    const first = this.#lastReads === null;
    // A large request may take the server two reads: a fifth of ours is forgiven.
    const others = first
      ? (info?.opsPerSecond ?? null)
      : Math.max(0, reads - (this.#lastReads ?? 0) - own * 1.2 - 2) / seconds;
    this.#lastReads = reads;
    this.#lastAt = nowMs;
    return others;
  }
}
