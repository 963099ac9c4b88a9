import { eventKey } from '../../domain/access-event.js';
import type { ActivityType } from '../../domain/activity.js';
import { type FeedEntry, type FeedType, PRICE_TYPES } from '../../domain/activity-feed.js';
import { redisGlob } from '../../domain/glob.js';
import type { RcmError } from '../../errors.js';
import type { RedisConnection } from '../../redis/connect/connect.js';
import { type KeyTemplates, toBinary } from '../../redis/key-template.js';
import type { Ports } from '../ports.js';

/** What activity is read from: either service may be away, and the other's part is still shown. */
export type ActivityPorts = Omit<Ports, 'redis'> & { redis: RedisConnection | RcmError };

/** What following needs besides. */
export interface FollowPorts extends ActivityPorts {
  signal: AbortSignal;
  /** A new connection, when the one before has broken. @throws RCM_REDIS_* */
  connect: () => Promise<RedisConnection>;
  /** Told when a service goes away and when it is back. */
  notify: (text: string) => void;
}

/** Whose activity, and which of it. */
export interface ActivityQuery {
  /** null: every company, and what concerns the whole platform. */
  companyId: string | null;
  companyName?: string | null;
  /** The newest so many entries. */
  limit: number;
  /** All types where absent; with a company, changes of platform-wide prices and budgets only where they are named. */
  types?: readonly FeedType[] | undefined;
  /** Types of the log that are left out. */
  without?: readonly ActivityType[] | undefined;
  /** Both ends included. */
  since?: Date | undefined;
  until?: Date | undefined;
  /** A key or Redis glob: as shown (the part after the company id), or whole. */
  key?: string | undefined;
}

/** Whether an entry is asked for. */
export function wantedBy(query: ActivityQuery, templates: KeyTemplates): (entry: FeedEntry) => boolean {
  const { types, without, since, until, key } = query;
  const fits = key === undefined ? null : keyTest(key, templates);
  return (entry) => {
    if (!ofCompany(entry, query)) return false;
    if (types && !types.includes(entry.type)) return false;
    if (without && (without as readonly FeedType[]).includes(entry.type)) return false;
    if (since && entry.timestamp < since) return false;
    if (until && entry.timestamp > until) return false;
    return fits === null || (entry.key !== null && fits(entry.companyId, entry.key));
  };
}

function ofCompany({ type, companyId }: FeedEntry, query: ActivityQuery): boolean {
  if (query.companyId === null || companyId === query.companyId) return true;
  return companyId === null && (query.types ?? []).includes(type) && (PRICE_TYPES as readonly string[]).includes(type);
}

/** With the key as it is shown: what is known to be the company's own loses its template's part. */
export function withShownKey(entry: FeedEntry, templates: KeyTemplates): FeedEntry {
  const { companyId, key } = entry;
  if (companyId === null || key === null) return entry;
  const parsed = templates.parse(toBinary(key));
  if (parsed === null || parsed.rest === '' || parsed.id !== toBinary(companyId)) return entry;
  return { ...entry, key: Buffer.from(parsed.rest, 'latin1').toString('utf8') };
}

function keyTest(pattern: string, templates: KeyTemplates): (companyId: string | null, key: string) => boolean {
  const glob = redisGlob(toBinary(pattern));
  // Long keys are recorded shortened.
  const fits = (key: string): boolean => key === pattern || key === eventKey(pattern) || glob(toBinary(key));
  const open = templates.templates.filter((template) => template.open);
  return (companyId, key) => {
    if (fits(key)) return true;
    return companyId !== null && open.some((t) => fits(t.prefix + companyId + t.suffix + key));
  };
}
