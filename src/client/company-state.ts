import type { AccessOp } from '../core/domain/access-event.js';
import type { MirroredPolicy } from '../core/redis/policy-mirror.js';
import { EventBuffer } from './event-buffer.js';
import { Tally } from './tally.js';

/** A load under way: concurrent callers share it; `stale` once its key was changed, and then it stores nothing. */
export interface Flight {
  promise: Promise<unknown>;
  stale: boolean;
}

/** What the process knows about one company. */
export class CompanyState {
  readonly tally = new Tally();
  readonly events: EventBuffer | null;
  readonly flights = new Map<string, Flight>();
  policy: MirroredPolicy | null = null;
  /** performance.now() of the last answer about the policy; null before the first. */
  policyReadAt: number | null = null;
  policyReading: Promise<void> | null = null;

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

  /** A read; `text` is what was read or stored. */
  recordRead(hit: boolean, key: string, text: string | null, micros: number, nowMs: number): void {
    if (!this.records) return;
    this.tally.read(hit, micros, nowMs);
    if (this.events?.chooses(key)) this.events.push(hit ? 'hit' : 'miss', key, sizeOf(text), micros, nowMs);
  }

  recordChange(op: Exclude<AccessOp, 'hit' | 'miss'>, key: string, sizeBytes: number, micros: number, nowMs: number) {
    if (!this.records) return;
    this.tally.add(op === 'set' ? 'set' : 'del', 1, nowMs);
    if (this.events?.chooses(key)) this.events.push(op, key, sizeBytes, micros, nowMs);
  }

  recordAmount(name: 'error' | 'bytes' | 'clear', amount: number, nowMs: number): void {
    if (this.records) this.tally.add(name, amount, nowMs);
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

function sizeOf(text: string | null): number {
  return text === null ? 0 : Buffer.byteLength(text);
}
