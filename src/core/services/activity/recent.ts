import { EVENT_OPS } from '../../domain/access-event.js';
import { type FeedEntry, newestFirst } from '../../domain/activity-feed.js';
import { mergeOnce } from '../../domain/activity-once.js';
import { messageOf, RcmError } from '../../errors.js';
import { KeyTemplates } from '../../redis/key-template.js';
import { redisError } from '../../redis/redis-error.js';
import { type CompanyNames, listedCompanies, recordedCompanies } from './companies.js';
import { type LiveEntries, liveEntries } from './live.js';
import { type LoggedQuery, loggedEntries, priceEntries } from './logged.js';
import { type ActivityPorts, type ActivityQuery, wantedBy } from './query.js';

export interface RecentActivity {
  /** Newest first, at most `limit`. */
  entries: FeedEntry[];
  warnings: string[];
  /** false when a configured service could not be read: exit 3. */
  complete: boolean;
  /** The newest stream id of each company whose live events were read. */
  lastIds: Map<string, string>;
}

/**
 * What happened lately, of one company or all: live access events, the durable log, and changes of prices and budgets, in
 * one list, each thing once (`mergeOnce`). What cannot be read becomes a warning and `complete: false`.
 * @throws RCM_TEMPLATE_INVALID; the signal's reason when it is aborted
 */
export async function recentActivity(ports: ActivityPorts, query: ActivityQuery): Promise<RecentActivity> {
  const { names, part } = await partOf(ports, query);
  const warnings: string[] = [];
  const [live, logged] = await Promise.all([readLive(ports, names, part), readLog(ports, part)]);
  ports.signal?.throwIfAborted();
  warnings.push(...live.warnings, ...logged.warnings);
  const entries = newestFirst(mergeOnce(live.entries, logged.entries)).slice(0, query.limit);
  return { entries, warnings, complete: !live.failed && !logged.failed, lastIds: live.lastIds };
}

/** The log alone, access events that were copied into it included: no Redis is asked. As `recentActivity` otherwise. */
export async function loggedActivity(ports: LogPorts, query: ActivityQuery): Promise<RecentActivity> {
  const { part } = await partOf(ports, query);
  const { entries, warnings, failed } = await readLog(ports, part);
  const once = newestFirst(mergeOnce([], entries)).slice(0, query.limit);
  return { entries: once, warnings, complete: !failed, lastIds: new Map() };
}

type LogPorts = Pick<ActivityPorts, 'config' | 'store'>;

async function partOf(
  { config, store }: LogPorts,
  query: ActivityQuery,
): Promise<{ names: CompanyNames; part: LoggedQuery }> {
  const templates = new KeyTemplates(config.keyTemplates);
  const { companyId } = query;
  const names: CompanyNames =
    companyId === null ? await listedCompanies(store) : new Map([[companyId, query.companyName ?? null]]);
  const nameOf = (id: string) => names.get(id) ?? null;
  return { names, part: { ...query, nameOf, wanted: wantedBy(query, templates), templates } };
}

/** Whether live events are among what is asked for. */
export function wantsLive(types: ActivityQuery['types']): boolean {
  return types === undefined || types.some((type) => (EVENT_OPS as readonly string[]).includes(type));
}

type Part = { warnings: string[]; failed: boolean };

async function readLive(
  ports: ActivityPorts,
  names: CompanyNames,
  query: LoggedQuery,
): Promise<Part & Omit<LiveEntries, 'complete'>> {
  const nothing = { entries: [], lastIds: new Map<string, string>() };
  if (!wantsLive(query.types)) return { ...nothing, warnings: [], failed: false };
  const { redis } = ports;
  try {
    if (redis instanceof RcmError) throw redis;
    const found =
      query.companyId === null
        ? await recordedCompanies(redis, names, ports.signal)
        : { companyIds: [query.companyId], warnings: [] };
    const { complete, ...live } = await liveEntries(redis.client, { ...query, companyIds: found.companyIds });
    const cut = complete ? [] : ['There are more live access events than are read at once: name a company.'];
    return { ...live, warnings: [...found.warnings, ...cut], failed: false };
  } catch (error) {
    const { message } = redis instanceof RcmError ? redis : redisError(error, redis.label);
    return { ...nothing, warnings: [`Live access events are not shown: ${message}`], failed: true };
  }
}

async function readLog(ports: LogPorts, query: LoggedQuery): Promise<Part & { entries: FeedEntry[] }> {
  const { store } = ports;
  if (store instanceof RcmError)
    return { entries: [], warnings: [`The log is not shown: ${store.message}`], failed: true };
  const [logged, prices] = await Promise.allSettled([loggedEntries(store, query), priceEntries(store, query)]);
  const entries = [
    ...(logged.status === 'fulfilled' ? logged.value.entries : []),
    ...(prices.status === 'fulfilled' ? prices.value : []),
  ];
  const warnings: string[] = [];
  if (logged.status === 'rejected') warnings.push(`The log is not shown: ${messageOf(logged.reason)}`);
  else if (!logged.value.complete)
    warnings.push('Only the newest part of the log was searched: narrow it with --since, --until or --type.');
  // A server that is down fails both reads the same way: said once.
  if (prices.status === 'rejected' && logged.status === 'fulfilled')
    warnings.push(`Changes of prices and budgets are not shown: ${messageOf(prices.reason)}`);
  return { entries, warnings, failed: logged.status === 'rejected' || prices.status === 'rejected' };
}
