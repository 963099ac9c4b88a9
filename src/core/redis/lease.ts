import type { Cluster, Redis } from 'ioredis';
import { holderIn, isGone, thisHolder } from '../holder.js';
import { RELEASE_LEASE_LUA, RENEW_LEASE_LUA } from './lease.lua.js';
import { ownKeys } from './namespace.js';
import { isScriptingRefused } from './script.js';

/** A named lease, so that one process at a time does something. It renews itself until it is released or lost. */
export interface Lease {
  readonly name: string;
  /** Changes with every holder: what the holder writes can carry it. */
  readonly token: string;
  /** Aborted when the lease was lost: somebody else may hold it, so stop. */
  readonly signal: AbortSignal;
  readonly lost: boolean;
  /** Prolongs the lease; false when it was lost. @throws what Redis says; the lease is lost when it could not be renewed before its end */
  renew(): Promise<boolean>;
  /** Gives the lease up; only the holder's own is removed. Safe to call twice. @throws what Redis says */
  release(): Promise<void>;
}

/**
 * Takes a lease if nobody holds it. A third of its lifetime apart, it is renewed in the background.
 * @param options ttlMs: how long others wait after a holder has died
 * @throws what Redis says
 */
export async function acquireLease(
  redis: Redis | Cluster,
  name: string,
  options: { ttlMs: number },
): Promise<Lease | null> {
  const token = JSON.stringify(thisHolder());
  // The lifetime counts from before the request, so that we never think to hold it longer than Redis does.
  const askedAt = performance.now();
  const taken = await redis.set(ownKeys.lock(name), token, 'PX', options.ttlMs, 'NX');
  return taken === 'OK' ? new HeldLease(redis, name, token, options.ttlMs, askedAt) : null;
}

/**
 * Removes a lease whose holder was killed, so that nobody need wait for its end: only where the holder ran on this machine,
 * and is seen to be gone. @returns whether nobody holds the lease now. @throws what Redis says
 */
export async function removeDeadLease(redis: Redis | Cluster, name: string): Promise<boolean> {
  const key = ownKeys.lock(name);
  const token = await redis.get(key);
  if (token === null) return true;
  const holder = holderIn(token);
  // Another machine of that name has other processes. After a start of this one the lease is waited for.
  if (holder === null || holder.boot !== thisHolder().boot || isGone(holder) !== true) return false;
  try {
    await redis.eval(RELEASE_LEASE_LUA, 1, key, token);
  } catch (error) {
    if (!isScriptingRefused(error)) throw error;
    if ((await redis.get(key)) === token) await redis.del(key);
  }
  return true;
}

class HeldLease implements Lease {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #heldUntil: number;
  #released = false;

  constructor(
    private readonly redis: Redis | Cluster,
    readonly name: string,
    readonly token: string,
    private readonly ttlMs: number,
    askedAt: number,
  ) {
    this.#heldUntil = askedAt + ttlMs;
    this.#timer = setInterval(() => {
      // Redis may be away for a moment; the lease is lost when its time has run out.
      if (performance.now() >= this.#heldUntil) this.#lose();
      else this.renew().catch(() => undefined);
    }, ttlMs / 3);
    this.#timer.unref();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get lost(): boolean {
    if (!this.#released && performance.now() >= this.#heldUntil) this.#lose();
    return this.#controller.signal.aborted;
  }

  async renew(): Promise<boolean> {
    if (this.#released || this.lost) return false;
    const askedAt = performance.now();
    const held = await this.#ifHeld(RENEW_LEASE_LUA, [this.ttlMs], (key) => this.redis.pexpire(key, this.ttlMs));
    if (held) this.#heldUntil = askedAt + this.ttlMs;
    else if (!this.#released) this.#lose();
    return held;
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    clearInterval(this.#timer);
    await this.#ifHeld(RELEASE_LEASE_LUA, [], (key) => this.redis.del(key));
  }

  #lose(): void {
    clearInterval(this.#timer);
    this.#controller.abort();
  }

  /** Acts only while the lease is ours, in one step; where scripts are refused in two, and only well before its end. */
  async #ifHeld(lua: string, args: number[], act: (key: string) => Promise<number>): Promise<boolean> {
    const key = ownKeys.lock(this.name);
    try {
      return (await this.redis.eval(lua, 1, key, this.token, ...args)) === 1;
    } catch (error) {
      if (!isScriptingRefused(error)) throw error;
    }
    const safe = performance.now() < this.#heldUntil - this.ttlMs / 4;
    return safe && (await this.redis.get(key)) === this.token && (await act(key)) === 1;
  }
}
