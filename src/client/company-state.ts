import type { AccessEvent } from '../core/domain/access-event.js';
import { EventBuffer } from '../core/domain/event-buffer.js';
import type { MirroredPolicy } from '../core/redis/policy-mirror.js';
import { Tally } from './tally.js';

/** A load under way: concurrent callers share it; `stale` once its key was changed, and then it stores nothing. */
export interface Flight {
  promise: Promise<unknown>;
  stale: boolean;
}

/** What was stored, and for how many milliseconds; null: until it is removed. */
export interface Stored {
  text: string;
  lifetimeMs: number | null;
}

/** What the process knows about one company. */
export class CompanyState {
  readonly tally = new Tally();
  readonly events: EventBuffer | null;
  readonly flights = new Map<string, Flight>();
  ownPolicy: MirroredPolicy | null = null;
  /** The default policy. */
  fallback: MirroredPolicy | null = null;
  /** Both of them: what holds where it does not depend on the key. */
  policy: MirroredPolicy | null = null;
  /** performance.now() of the last answer about the policy; null before the first. */
  policyReadAt: number | null = null;
  policyReading: Promise<void> | null = null;
  /** Milliseconds between config updates when marks of them were last looked for; 0: no limit; null: never looked. */
  updateLimitMs: number | null = null;

  /**
   * @param prefix what stands before each key
   * @param records whether counters are kept
   */
  constructor(
    readonly companyId: string,
    readonly prefix: string,
    readonly records: boolean,
    withEvents: boolean,
  ) {
    this.events = records && withEvents ? new EventBuffer() : null;
  }

  get cachingEnabled(): boolean {
    return this.policy === null || this.policy.cachingEnabled;
  }

  /** A read, and what was stored where it missed. */
  recordRead(hit: boolean, key: string, value: string | Stored | null, micros: number, nowMs: number): void {
    if (!this.records) return;
    this.tally.read(hit, micros, nowMs);
    this.#event(hit ? 'hit' : 'miss', key, value, micros, nowMs);
  }

  recordChange(op: 'set' | 'delete', key: string, value: Stored | null, micros: number, nowMs: number): void {
    if (!this.records) return;
    this.tally.add(op === 'set' ? 'set' : 'del', 1, nowMs);
    this.#event(op, key, value, micros, nowMs);
  }

  recordClear(micros: number, nowMs: number): void {
    this.recordAmount('clear', 1, nowMs);
    this.events?.push({ op: 'clear', key: '', sizeBytes: 0, durationUs: micros, timestampMs: nowMs });
  }

  recordAmount(name: 'error' | 'bytes' | 'clear', amount: number, nowMs: number): void {
    if (this.records) this.tally.add(name, amount, nowMs);
  }

  #event(op: AccessEvent['op'], key: string, value: string | Stored | null, durationUs: number, timestampMs: number) {
    if (!this.events?.chooses(key)) return;
    const stored = typeof value === 'string' || value === null ? { text: value, lifetimeMs: null } : value;
    const sizeBytes = stored.text === null ? 0 : Buffer.byteLength(stored.text);
    const { lifetimeMs } = stored;
    this.events.push({
      ...{ op, key, sizeBytes, durationUs, timestampMs },
      ...(lifetimeMs === null ? {} : { lifetimeMs }),
    });
  }

  /** Loads under way for a key (or for all) no longer store what they load. */
  discardFlights(key?: string): void {
    for (const [flightKey, flight] of this.flights) {
      if (key !== undefined && flightKey !== key) continue;
      flight.stale = true;
      this.flights.delete(flightKey);
    }
  }
}
