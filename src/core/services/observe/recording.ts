import type { Redis } from 'ioredis';
import type { Counters } from '../../domain/counters.js';
import { slotOf } from '../../domain/counters.js';
import { EventBuffer } from '../../domain/event-buffer.js';
import {
  addSightings,
  MOST_COMPANIES,
  noSightings,
  type ObservedTally,
  type Sightings,
} from '../../domain/observe/tally.js';
import { DEFAULT_EVENTS_MAX } from '../../domain/policy.js';
import { DAY_MS } from '../../domain/units.js';
import { messageOf, RcmError } from '../../errors.js';
import { addCounters, readCounterTotals } from '../../redis/counters.js';
import {
  addEventCommand,
  EVENTS_EXPIRE_SECONDS,
  type StreamEntry,
  sightCommands,
  sightOf,
} from '../../redis/events.js';
import { displayBytes, type KeyTemplates } from '../../redis/key-template.js';
import { ownKeys } from '../../redis/namespace.js';
import { mergedPolicy, parsePolicy } from '../../redis/policy-mirror.js';

/** Between two writes. */
const WRITE_EVERY_MS = 5000;
/** Companies written at a time. */
const AT_ONCE = 16;

/** One company until it is written. */
interface Recorded {
  companyId: string;
  counts: Sightings;
  events: EventBuffer;
  /** null until it was looked at. */
  eventsMax: number | null;
  /** Its application records itself: it would be counted twice. */
  skipped: boolean;
}

/**
 * Adds what was observed to the counters and access events, as an application that uses the client would, but without durations and
 * sizes, which are not seen. An increment whose answer was cut off is not sent again: figures may be too low then, never too high.
 */
export class ObserveRecorder {
  readonly warnings = new Set<string>();
  readonly #companies = new Map<string, Recorded>();
  readonly #written = new Set<string>();
  #writtenAtMs = performance.now();
  #pendingAt: Date | null = null;

  constructor(
    /** The server that has a key. */
    private readonly serverOf: (key: string) => Redis,
    private readonly templates: KeyTemplates,
    private readonly options: { force: boolean; clock: () => Date },
  ) {}

  /** Those whose application records itself: it writes durations, which an observer never does. @throws what Redis says */
  async recordingThemselves(companyIds: readonly string[]): Promise<string[]> {
    const now = this.options.clock().getTime();
    const range = { fromMs: now - DAY_MS, toMs: now };
    const found: string[] = [];
    for (const companyId of companyIds) {
      const totals = await readCounterTotals(this.serverOf(ownKeys.counters(companyId, now)), [companyId], range);
      const counters = totals.get(companyId)?.counters ?? {};
      if (counters.hitUs !== undefined || counters.missUs !== undefined) found.push(companyId);
    }
    return found;
  }

  /** @throws RCM_CONFLICT where one of the named companies records itself and `force` is not given */
  async assertNotRecorded(companyIds: readonly string[]): Promise<void> {
    if (this.options.force) return;
    const [first] = await this.recordingThemselves(companyIds);
    if (first !== undefined)
      throw new RcmError(
        'RCM_CONFLICT',
        `Company '${first}' is recorded by its own application: what is observed would be counted twice`,
        'Observe it without --record, or give --force. Nothing was changed.',
      );
  }

  /** A read, as it is seen: kept as an event where its key is chosen. */
  read(id: string, key: string, missed: boolean): void {
    const company = this.#company(id);
    if (company === null || company.skipped) return;
    const name = displayBytes(this.templates.parse(key)?.rest || key);
    if (!company.events.chooses(name)) return;
    const timestampMs = this.options.clock().getTime();
    company.events.push({ timestampMs, key: name, op: missed ? 'miss' : 'hit', sizeBytes: 0, durationUs: 0 });
  }

  /** An interval counts. */
  async commit(tally: ObservedTally): Promise<void> {
    const now = this.options.clock();
    if (this.#pendingAt !== null && slotOf(this.#pendingAt.getTime()) !== slotOf(now.getTime())) await this.flush();
    this.#pendingAt = now;
    for (const [id, seen] of tally.companies) {
      const company = this.#company(id);
      if (company !== null) addSightings(company.counts, seen);
    }
    if (performance.now() - this.#writtenAtMs >= WRITE_EVERY_MS) await this.flush();
  }

  /** An interval does not count: neither do the events since the last write, which cannot be told apart from its own. */
  discard(): void {
    for (const { events } of this.#companies.values()) events.drain();
  }

  /** Writes everything. Never rejects: what could not be written is told by `warnings`. */
  async flush(): Promise<void> {
    const at = this.#pendingAt ?? this.options.clock();
    this.#pendingAt = null;
    this.#writtenAtMs = performance.now();
    const companies = [...this.#companies.values()].filter((c) => !c.skipped);
    for (let i = 0; i < companies.length; i += AT_ONCE)
      await Promise.all(companies.slice(i, i + AT_ONCE).map((company) => this.#write(company, at)));
  }

  /** What `--record` did. */
  report(): { companies: number; skipped: string[] } {
    const skipped = [...this.#companies.values()].filter((c) => c.skipped).map((c) => c.companyId);
    return { companies: this.#written.size, skipped: skipped.sort() };
  }

  /** null: there are too many. Ids come from keys, which anybody may make. */
  #company(id: string): Recorded | null {
    const known = this.#companies.get(id);
    if (known !== undefined) return known;
    if (this.#companies.size >= MOST_COMPANIES) {
      this.warnings.add(`More than ${MOST_COMPANIES.toLocaleString('en-US')} companies: the rest is not recorded.`);
      return null;
    }
    const companyId = displayBytes(id);
    const fresh = { companyId, counts: noSightings(), events: new EventBuffer(), eventsMax: null, skipped: false };
    this.#companies.set(Buffer.from(id, 'latin1').toString('latin1'), fresh);
    return fresh;
  }

  async #write(company: Recorded, at: Date): Promise<void> {
    const { companyId, events } = company;
    if (isNothing(company.counts) && events.length === 0) return;
    try {
      if (company.eventsMax === null) await this.#meet(company);
      if (company.skipped) return;
      // Taken at once: another writing may have come first while this one waited.
      const { counts } = company;
      company.counts = noSightings();
      await addCounters(
        this.serverOf(ownKeys.counters(companyId, at.getTime())),
        companyId,
        countersOf(counts),
        at.getTime(),
      );
      this.#written.add(companyId);
      await this.#writeEvents(company);
    } catch (error) {
      this.warnings.add(`What was observed could not all be recorded (${messageOf(error)}): counters are too low.`);
    }
  }

  /** Before anything is written of a company: whether it records itself, and how long its stream may be. */
  async #meet(company: Recorded): Promise<void> {
    const { companyId } = company;
    const redis = this.serverOf(ownKeys.policy(companyId));
    const own = parsePolicy(await redis.hgetall(ownKeys.policy(companyId)));
    const fallback = parsePolicy(await this.serverOf(ownKeys.policy('')).hgetall(ownKeys.policy('')));
    company.skipped = !this.options.force && (await this.recordingThemselves([companyId])).length > 0;
    company.eventsMax = mergedPolicy(own, fallback)?.eventsMax ?? DEFAULT_EVENTS_MAX;
    if (company.skipped) company.events.drain();
  }

  async #writeEvents({ companyId, events, eventsMax }: Recorded): Promise<void> {
    if (events.length === 0 || eventsMax === null) return;
    const key = ownKeys.events(companyId);
    const redis = this.serverOf(key);
    // Others may sample already: their threshold is taken over before the first event is written.
    if (!events.synced) await this.#adapt(redis, key, events, eventsMax);
    const drained = events.drain().slice(eventsMax > 0 ? -eventsMax : Number.POSITIVE_INFINITY);
    const commands = drained.map((event, i) =>
      addEventCommand(key, event, i === drained.length - 1 ? eventsMax : null),
    );
    if (commands.length === 0) return;
    const replies = await redis.pipeline([...commands, ['expire', key, EVENTS_EXPIRE_SECONDS]]).exec();
    for (const [error] of replies ?? []) if (error !== null) throw error;
    await this.#adapt(redis, key, events, eventsMax);
  }

  async #adapt(redis: Redis, key: string, events: EventBuffer, eventsMax: number): Promise<void> {
    const replies = (await redis.pipeline(sightCommands(key)).exec()) ?? [];
    for (const [error] of replies) if (error !== null) throw error;
    const [length, oldest, recent] = replies.map(([, reply]) => reply) as [unknown, StreamEntry[], StreamEntry[]];
    events.adapt(sightOf(length, oldest, recent, eventsMax), this.options.clock().getTime());
  }
}

function isNothing({ reads, expirations, evictions }: Sightings): boolean {
  return reads + expirations + evictions === 0;
}

function countersOf({ reads, misses, expirations, evictions }: Sightings): Counters {
  const counters: Counters = { hit: reads - misses, miss: misses, expire: expirations, evict: evictions };
  return Object.fromEntries(Object.entries(counters).filter(([, amount]) => amount > 0));
}
