import { type FeedEntry, newestFirst } from '../../domain/activity-feed.js';
import { isAccess, ShownOnce } from '../../domain/activity-once.js';
import { RcmError } from '../../errors.js';
import { KeyTemplates } from '../../redis/key-template.js';
import { sleep } from '../../sleep.js';
import { type CompanyNames, listedCompanies } from './companies.js';
import { LiveFollower } from './follow-live.js';
import { LOG_OVERLAP_MS, LogFollower } from './follow-log.js';
import { Poller } from './poller.js';
import { type ActivityQuery, type FollowPorts, wantedBy } from './query.js';
import { recentActivity, wantsLive } from './recent.js';

const POLL_MS = 1000;

/**
 * What happened lately (at most `query.limit` entries), then what happens, as it becomes known: each time some entries,
 * oldest first, each thing once. A service that goes away is asked again until it answers; what it recorded meanwhile is
 * shown then.
 * @throws RCM_TEMPLATE_INVALID; the signal's reason when it is aborted, which is the only end
 */
export async function* followActivity(
  ports: FollowPorts,
  query: Omit<ActivityQuery, 'until'>,
): AsyncGenerator<FeedEntry[], never, undefined> {
  const { signal, store } = ports;
  // Connections that are closed because we end are no outage.
  const notify = (text: string) => (signal.aborted ? undefined : ports.notify(text));
  const names: CompanyNames =
    query.companyId === null ? await listedCompanies(store) : new Map([[query.companyId, query.companyName ?? null]]);
  const templates = new KeyTemplates(ports.config.keyTemplates);
  const nameOf = (companyId: string) => names.get(companyId) ?? null;
  const part = { ...query, nameOf, templates, wanted: wantedBy(query, templates) };
  const startedAt = ports.clock();
  const once = new ShownOnce();
  const log = new LogFollower({ ...ports, notify }, part);
  // What the log holds already is old, whether or not the limit leaves room for it.
  if (!(store instanceof RcmError)) once.alreadyShown(await log.read());
  const { entries, warnings, lastIds, complete } = await recentActivity(ports, query);
  warnings.forEach(notify);
  once.alreadyShown(entries);
  yield entries.toReversed();
  const live = new LiveFollower({ ...ports, notify }, { ...part, names, lastIds, startedAt, complete });
  const livePoller = wantsLive(query.types) ? new Poller(() => live.read()) : null;
  const logPoller = store instanceof RcmError ? null : new Poller(() => log.read());
  try {
    for (;;) {
      livePoller?.start();
      logPoller?.start();
      await sleep(POLL_MS, signal);
      // An older access that comes into the log now was live before: it is no news.
      const logged = (logPoller?.take() ?? []).filter((entry) => !isAccess(entry) || entry.timestamp >= startedAt);
      const fresh = once.fresh(livePoller?.take() ?? [], logged);
      if (fresh.length > 0) yield newestFirst(fresh.toReversed()).reverse();
      once.forgetBefore(log.sinceMs - LOG_OVERLAP_MS);
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    live.close();
  }
}
