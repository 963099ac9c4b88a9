import { passesFilter } from '../../domain/key-filter.js';
import { walkNode } from '../../redis/keys/walk-keys.js';
import { saveSteps } from '../../redis/removal/save-steps.js';
import { canSweep, sweep } from '../../redis/removal/sweep.js';
import type { Ports } from '../ports.js';
import { type Removal, removeLogged } from './removal.js';
import type { ClearReport } from './report.js';
import { assertFilter, type ClearRequest, detailsFor, selectionDetails, selectionOf } from './request.js';

/**
 * Removes companies' caches, or those of their keys that were asked for: exactly their own keys, in steps that nobody
 * feels. What stops it is in the report: it throws only while nothing was removed.
 * @throws RCM_STORE_*, RCM_MONGODB_* (no change without a log), RCM_CONFLICT, RCM_BACKUP_*, RCM_NOT_APPLICABLE, RCM_REDIS_*
 */
export async function clear(
  ports: Ports,
  request: ClearRequest,
  onProgress?: Removal['onProgress'],
): Promise<ClearReport> {
  const { filter, actor, reason, backup, allowSlow, maxRate, unlogged } = request;
  const companies = request.companies ?? request.confirmed ?? [];
  const selection = selectionOf(ports, { companies, match: request.match });
  await assertFilter(ports, filter);
  return removeLogged(ports, {
    ...{ actor, reason, backup, allowSlow, maxRate, unlogged },
    command: 'clear',
    companies,
    selection: selectionDetails(request),
    counts: 'clear',
    filter,
    async *keysOf(node, throttle, signal) {
      const options = { details: detailsFor(filter), signal, ahead: false, throttle };
      for await (const step of walkNode(node, selection, options))
        yield step.found.filter((key) => passesFilter(key, filter));
    },
    ...(canSweep(selection) && {
      sweep: ({ redis }, throttle) => sweep(redis, selection, filter, throttle),
      saveSteps: ({ redis }, throttle, limits) => saveSteps(redis, selection, filter, throttle, limits),
    }),
    ...(onProgress && { onProgress }),
  });
}
