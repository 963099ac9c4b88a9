import type { AccessEvent } from '../core/domain/access-event.js';
import { DEFAULT_EVENTS_MAX } from '../core/domain/policy.js';
import { RcmError } from '../core/errors.js';
import { expireCommand, incrementCommand } from '../core/redis/counters.js';
import {
  addEventCommand,
  EVENTS_EXPIRE_SECONDS,
  type StreamEntry,
  sightCommands,
  sightOf,
} from '../core/redis/events.js';
import { ownKeys } from '../core/redis/namespace.js';
import { Batch, type Outcome } from './batch.js';
import type { CompanyState } from './company-state.js';
import type { RecordingConnection } from './connections.js';
import { RECORDED } from './tally.js';

const ANSWER_WITHIN_MS = 10_000;
const CONNECT_WITHIN_MS = 2000;
/** A company that was not used for so long and has nothing to write is forgotten. */
const FORGET_AFTER_MS = 10 * 60_000;

/**
 * Writes what was recorded. Each increment is sent once: one that the server refused goes back to be sent again, one
 * that was answered is done, and one whose connection was cut before the answer is given up, since nobody knows whether
 * it was applied: after such a cut the figures may be too low, by one interval at most, but never too high.
 */
export class Recorder {
  #flushing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #lost = 0;

  constructor(
    private readonly companies: Map<string, CompanyState>,
    private readonly connection: RecordingConnection,
    private readonly onError: (error: unknown) => void,
    private readonly clock: { now(): number },
  ) {}

  start(intervalMs: number): void {
    this.#timer = setInterval(() => void this.flush(CONNECT_WITHIN_MS), intervalMs);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Writes everything recorded until now; what cannot be written stays. Never rejects. */
  async flush(connectWithinMs: number): Promise<void> {
    // What was recorded while a write was under way needs one more.
    while (this.#flushing !== null) await this.#flushing;
    this.#forgetIdle();
    if (this.pending === 0) return;
    this.#flushing = this.#flush(connectWithinMs)
      .catch(this.onError)
      .finally(() => {
        this.#flushing = null;
      });
    await this.#flushing;
  }

  /** The last write: at most `withinMs`, then says what could not be written. */
  async finish(withinMs: number): Promise<void> {
    this.stop();
    let timer: NodeJS.Timeout | undefined;
    const bound = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, withinMs, 'late');
    });
    const lost = this.#lost;
    const outcome = await Promise.race([this.flush(withinMs), bound]);
    clearTimeout(timer);
    if (outcome !== 'late' && this.pending === 0 && this.#lost === lost) return;
    const what = outcome === 'late' ? 'what was recorded last' : `the records of ${this.pending} companies`;
    this.onError(
      new RcmError(
        'RCM_REDIS_FAILED',
        `Could not write ${what} before closing`,
        'Check that Redis can be reached and written to.',
      ),
    );
  }

  /** Companies with anything not yet written. */
  get pending(): number {
    let pending = 0;
    for (const company of this.companies.values()) if (isDirty(company)) pending += 1;
    return pending;
  }

  async #flush(connectWithinMs: number): Promise<void> {
    const redis = await this.connection.ready(connectWithinMs);
    if (redis === null) {
      this.onError(
        new RcmError(
          'RCM_REDIS_UNREACHABLE',
          'Redis cannot be reached: records are kept and written later',
          'Check that Redis runs.',
        ),
      );
      return;
    }
    const lost = this.#lost;
    this.connection.hold(true);
    const giveUp = setTimeout(() => this.connection.reset(), ANSWER_WITHIN_MS);
    try {
      const first = this.#sightBatch();
      if (!first.empty) await first.send(redis);
      const error = await this.#writeBatch().send(redis);
      if (error !== null) this.onError(error);
    } finally {
      clearTimeout(giveUp);
      this.connection.hold(false);
    }
    if (this.#lost > lost)
      this.onError(
        new RcmError(
          'RCM_REDIS_FAILED',
          `The connection was cut while records were written: ${this.#lost - lost} of them may be missing`,
          'Figures may be too low for this interval.',
        ),
      );
  }

  /** A process that has just started samples as the others do before it writes its first event. */
  #sightBatch(): Batch {
    const batch = new Batch();
    for (const company of this.companies.values())
      if (company.events !== null && company.events.length > 0 && !company.events.synced)
        this.#addSight(batch, company);
    return batch;
  }

  #writeBatch(): Batch {
    const batch = new Batch();
    for (const company of this.companies.values()) {
      this.#addCounters(batch, company);
      if (company.events === null || company.events.length === 0) continue;
      this.#addEvents(batch, company);
      this.#addSight(batch, company);
    }
    return batch;
  }

  #addCounters(batch: Batch, company: CompanyState): void {
    const { companyId, tally } = company;
    const touched = new Map<string, number>();
    for (const { slotMs, counts } of tally.drain()) {
      counts.forEach((amount, place) => {
        const name = RECORDED[place];
        if (amount === 0 || name === undefined) return;
        batch.add(companyId, incrementCommand(companyId, slotMs, name, amount), (outcome) => {
          if (outcome.kind === 'refused') tally.putBack(slotMs, place, amount);
          else if (outcome.kind === 'unknown') this.#lost += 1;
        });
      });
      touched.set(ownKeys.counters(companyId, slotMs), slotMs);
    }
    for (const slotMs of touched.values()) batch.add(companyId, expireCommand(companyId, slotMs), null);
  }

  #addEvents(batch: Batch, company: CompanyState): void {
    const { companyId, events } = company;
    const key = ownKeys.events(companyId);
    const limit = eventsMaxOf(company);
    const drained = (events?.drain() ?? []).slice(limit > 0 ? -limit : Number.POSITIVE_INFINITY);
    const refused: AccessEvent[] = [];
    drained.forEach((event, i) => {
      const last = i === drained.length - 1;
      batch.add(companyId, addEventCommand(key, event, last ? limit : null), (outcome) => {
        if (outcome.kind === 'refused') refused.push(event);
        else if (outcome.kind === 'unknown') this.#lost += 1;
        if (last && refused.length > 0) events?.putBack(refused);
      });
    });
    if (drained.length > 0) batch.add(companyId, ['expire', key, EVENTS_EXPIRE_SECONDS], null);
  }

  #addSight(batch: Batch, company: CompanyState): void {
    const replies: unknown[] = [];
    const settle = (outcome: Outcome): void => {
      replies.push(outcome.kind === 'done' ? outcome.reply : null);
      if (replies.length < 3 || replies.includes(null)) return;
      const [length, oldest, recent] = replies as [unknown, StreamEntry[], StreamEntry[]];
      company.events?.adapt(sightOf(length, oldest, recent, eventsMaxOf(company)), this.clock.now());
    };
    for (const command of sightCommands(ownKeys.events(company.companyId)))
      batch.add(company.companyId, command, settle);
  }

  #forgetIdle(): void {
    const since = performance.now() - FORGET_AFTER_MS;
    for (const [id, company] of this.companies) {
      const idle = company.policyReadAt !== null && company.policyReadAt < since && company.policyReading === null;
      if (idle && company.flights.size === 0 && !isDirty(company)) this.companies.delete(id);
    }
  }
}

function isDirty(company: CompanyState): boolean {
  return !company.tally.empty || (company.events?.length ?? 0) > 0;
}

function eventsMaxOf(company: CompanyState): number {
  return company.policy?.eventsMax ?? DEFAULT_EVENTS_MAX;
}
