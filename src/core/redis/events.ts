import type { Cluster, Redis } from 'ioredis';
import { type AccessEvent, decodeAccessEvent, encodeAccessEvent, THRESHOLD_STEPS } from '../domain/access-event.js';
import { DEFAULT_RETENTION } from '../domain/activity.js';
import type { StreamMark, StreamSight } from '../domain/event-sampling.js';
import { DAY_MS, SECOND_MS } from '../domain/units.js';
import { ownKeys } from './namespace.js';

/** A stream entry as ioredis gives it. */
export type StreamEntry = [id: string, fields: string[]];

/** An event with the id of its stream entry, from which a reader goes on. */
export interface RecordedEvent extends AccessEvent {
  id: string;
}

/** Accesses of a company that is gone need not be kept longer than the log would. */
export const EVENTS_EXPIRE_SECONDS = (DEFAULT_RETENTION.accessDays * DAY_MS) / SECOND_MS;

/**
 * A company's recorded accesses, oldest first; entries that are no events of ours are left out.
 * @param range stream ids: `afterId` excluded, so that a reader can go on; at most `limit` entries are read
 * @throws what Redis says
 */
export async function readEvents(
  redis: Redis | Cluster,
  companyId: string,
  range: { afterId?: string; limit?: number } = {},
): Promise<RecordedEvent[]> {
  const from = range.afterId === undefined ? '-' : `(${range.afterId}`;
  const key = ownKeys.events(companyId);
  const entries =
    range.limit === undefined
      ? await redis.xrange(key, from, '+')
      : await redis.xrange(key, from, '+', 'COUNT', range.limit);
  return decodeEntries(entries);
}

/** The newest events of a company, newest first. @throws what Redis says */
export async function readLatestEvents(
  redis: Redis | Cluster,
  companyId: string,
  limit: number,
): Promise<RecordedEvent[]> {
  return decodeEntries(await redis.xrevrange(ownKeys.events(companyId), '+', '-', 'COUNT', limit));
}

/** A part of a company's stream, in the order in which it was read. */
export interface EventPage {
  events: RecordedEvent[];
  /** Id of the entry that was read last, ours or not; null when there was none. */
  lastId: string | null;
  /** Id of the entry that was read first. */
  firstId: string | null;
  /** Whether as many entries came as were asked for: there may be more. */
  full: boolean;
}

/**
 * One page of a company's stream: newest first from before an id (or from the end), or oldest first from after one. A key of
 * another type holds no events.
 * @throws what Redis says
 */
export async function readEventPage(
  redis: Redis | Cluster,
  companyId: string,
  from: { before: string | null } | { after: string },
  count: number,
): Promise<EventPage> {
  const key = ownKeys.events(companyId);
  const read =
    'after' in from
      ? redis.xrange(key, `(${from.after}`, '+', 'COUNT', count)
      : redis.xrevrange(key, from.before === null ? '+' : `(${from.before}`, '-', 'COUNT', count);
  const entries = await read.catch((error: Error) => {
    if (error.message.startsWith('WRONGTYPE')) return [];
    throw error;
  });
  return {
    events: decodeEntries(entries),
    firstId: entries[0]?.[0] ?? null,
    lastId: entries.at(-1)?.[0] ?? null,
    full: entries.length >= count,
  };
}

/** Id of the newest entry of a company's stream, an event or not; null when there is none. @throws what Redis says */
export async function readLatestId(redis: Redis | Cluster, companyId: string): Promise<string | null> {
  const page = await readEventPage(redis, companyId, { before: null }, 1);
  return page.lastId;
}

/** When an entry was written, by the server's clock: milliseconds since the epoch. */
export function writtenAtMs(id: string): number {
  return Number(id.split('-', 1)[0]);
}

function decodeEntries(entries: StreamEntry[]): RecordedEvent[] {
  return entries.flatMap(([id, fields]) => {
    const event = decodeAccessEvent(fields);
    return event === null ? [] : [{ id, ...event }];
  });
}

/** XADD of one event; the last of a batch trims the stream exactly. */
export function addEventCommand(key: string, event: AccessEvent, trimTo: number | null): (string | number)[] {
  const trim = trimTo === null ? [] : ['MAXLEN', '=', trimTo];
  return ['xadd', key, ...trim, '*', ...encodeAccessEvent(event)];
}

const RECENT_ENTRIES = 16;

/** The three reads from which the threshold is adapted; `sightOf` reads their replies. */
export function sightCommands(key: string): (string | number)[][] {
  return [
    ['xlen', key],
    ['xrange', key, '-', '+', 'COUNT', 1],
    ['xrevrange', key, '+', '-', 'COUNT', RECENT_ENTRIES],
  ];
}

export function sightOf(length: unknown, oldest: StreamEntry[], recent: StreamEntry[], eventsMax: number): StreamSight {
  return { length: Number(length), eventsMax, oldest: marks(oldest)[0] ?? null, recent: marks(recent) };
}

function marks(entries: StreamEntry[]): StreamMark[] {
  return decodeEntries(entries).map((e) => ({
    timestampMs: e.timestampMs,
    steps: Math.round(e.threshold * THRESHOLD_STEPS),
  }));
}
