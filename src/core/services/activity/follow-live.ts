import { type FeedEntry, feedOfAccess } from '../../domain/activity-feed.js';
import { SECOND_MS } from '../../domain/units.js';
import { RcmError } from '../../errors.js';
import type { RedisConnection } from '../../redis/connect/connect.js';
import { readEventPage } from '../../redis/events.js';
import { redisError } from '../../redis/redis-error.js';
import { type CompanyNames, recordedCompanies } from './companies.js';
import { STREAMS_AT_ONCE } from './live.js';
import type { LoggedQuery } from './logged.js';
import { Outage } from './outage.js';
import type { FollowPorts } from './query.js';

/** Events read at once of one company: what is left comes with the next poll. */
const MOST_EVENTS = 1000;
/** Looking for new companies takes a pass over all names of keys: at most a twentieth of the time. */
const LEAST_REST_MS = 5 * SECOND_MS;
const REST_FACTOR = 20;

export interface LiveFollowQuery extends LoggedQuery {
  names: CompanyNames;
  /** The newest stream id of each company that was shown already. */
  lastIds: ReadonlyMap<string, string>;
  startedAt: Date;
  /** Whether the streams were read at the start: one that is not in `lastIds` is new then. */
  complete: boolean;
}

/** New access events, from one read to the next, over as many connections as it takes. */
export class LiveFollower {
  #redis: RedisConnection | null;
  /** Whether the connection is ours to close. */
  #own = false;
  #closed = false;
  #lookAgainAt = 0;
  readonly #lastIds: Map<string, string>;
  readonly #firstId: string;
  readonly #outage: Outage;

  constructor(
    private readonly ports: Pick<FollowPorts, 'redis' | 'connect' | 'notify' | 'signal'>,
    private readonly query: LiveFollowQuery,
  ) {
    const { redis } = ports;
    this.#redis = redis instanceof RcmError ? null : redis;
    this.#outage = new Outage('Live access events', ports.notify, redis instanceof RcmError);
    this.#lastIds = new Map(query.lastIds);
    // The start has just looked.
    if (query.complete) this.#lookAgainAt = performance.now() + LEAST_REST_MS;
    this.#firstId = query.complete ? '0-0' : `${query.startedAt.getTime()}-0`;
    if (query.companyId !== null && !this.#lastIds.has(query.companyId))
      this.#lastIds.set(query.companyId, this.#firstId);
  }

  /** What was recorded since the last time, oldest first. Never throws what Redis throws: it connects anew the next time. */
  async read(): Promise<FeedEntry[]> {
    try {
      const redis = await this.#connected();
      if (this.query.companyId === null) await this.#lookForStreams(redis);
      const entries = await this.#readNew(redis);
      this.#outage.succeeded();
      return entries;
    } catch (error) {
      if (this.#closed || this.ports.signal.aborted) return [];
      this.#outage.failed(redisError(error, this.#redis?.label ?? 'the given address'));
      this.#disconnect();
      return [];
    }
  }

  close(): void {
    this.#closed = true;
    this.#disconnect();
  }

  async #connected(): Promise<RedisConnection> {
    if (this.#redis !== null) return this.#redis;
    const redis = await this.ports.connect();
    this.#redis = redis;
    this.#own = true;
    if (this.#closed) this.#disconnect();
    return redis;
  }

  #disconnect(): void {
    if (this.#own) this.#redis?.close();
    this.#redis = null;
  }

  async #lookForStreams(redis: RedisConnection): Promise<void> {
    const began = performance.now();
    if (began < this.#lookAgainAt) return;
    const { companyIds } = await recordedCompanies(redis, this.query.names, this.ports.signal);
    for (const companyId of companyIds) if (!this.#lastIds.has(companyId)) this.#lastIds.set(companyId, this.#firstId);
    const ended = performance.now();
    this.#lookAgainAt = ended + Math.max(LEAST_REST_MS, REST_FACTOR * (ended - began));
  }

  async #readNew({ client }: RedisConnection): Promise<FeedEntry[]> {
    const companies = [...this.#lastIds];
    const fresh: FeedEntry[] = [];
    const read = new Map<string, string>();
    for (let i = 0; i < companies.length; i += STREAMS_AT_ONCE) {
      const batch = companies.slice(i, i + STREAMS_AT_ONCE);
      const pages = await Promise.all(batch.map(([id, after]) => readEventPage(client, id, { after }, MOST_EVENTS)));
      for (const [n, { events, lastId }] of pages.entries()) {
        const [companyId] = batch[n] as [string, string];
        if (lastId !== null) read.set(companyId, lastId);
        const name = this.query.nameOf(companyId);
        fresh.push(...events.map((event) => feedOfAccess(companyId, name, event)).filter(this.query.wanted));
      }
    }
    // Only now: where one read failed, all are repeated.
    for (const [companyId, lastId] of read) this.#lastIds.set(companyId, lastId);
    return fresh;
  }
}
