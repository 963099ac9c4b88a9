import { tooManyOrphans } from '../../domain/fix/orphan.js';
import { RcmError } from '../../errors.js';
import { KeyTemplates } from '../../redis/key-template.js';
import { redisError } from '../../redis/redis-error.js';
import { scanKeyspace } from '../../redis/scan/keyspace-scan.js';
import { companiesOf } from '../company/resolve.js';
import { primaries } from '../primaries.js';
import type { FixPorts } from './ports.js';

/**
 * Makes sure, now, that an id is no company's: the company collection is read again.
 * @param force although a large share of all ids are orphans, which tells of a wrong or half-read collection
 * @throws RCM_NOT_APPLICABLE, RCM_CONFLICT; RCM_REDIS_*, RCM_STORE_*, RCM_MONGODB_*
 */
export async function assertOrphan(ports: FixPorts, companyId: string, force: boolean): Promise<void> {
  const ids = await listedIds(ports);
  if (ids.has(companyId))
    throw new RcmError(
      'RCM_CONFLICT',
      `'${companyId}' is a company: it is in the list of companies`,
      'Nothing was removed. Clear it with `rcm clear` if that is meant.',
    );
  if (force) return;
  const withKeys = await idsWithKeys(ports);
  const orphans = withKeys.filter((id) => !ids.has(id)).length;
  const most = ports.config.fix.orphanSharePercent;
  if (!tooManyOrphans({ orphans, ids: withKeys.length }, most)) return;
  throw new RcmError(
    'RCM_CONFLICT',
    `${orphans} of ${withKeys.length} ids with keys are not in the list of companies, more than ${most} percent: is it whole?`,
    'Nothing was removed. Compare with `rcm companies --filter orphan=true`; --force removes it all the same.',
  );
}

async function listedIds({ store }: FixPorts): Promise<ReadonlySet<string>> {
  const listing = await store.companies.list({ current: true });
  const ids = companiesOf(listing).map((company) => company.companyId);
  if (ids.length > 0) return new Set(ids);
  const why = listing.source === 'unread' ? `: ${listing.reason}` : '';
  throw new RcmError(
    'RCM_NOT_APPLICABLE',
    `Without a list of companies nobody can tell an orphan${why}`,
    'Nothing was removed. Set --mongodb-uri, or `rcm companies import FILE.csv`.',
  );
}

async function idsWithKeys({ config, redis, signal }: FixPorts): Promise<string[]> {
  try {
    const { nodes, close } = await primaries(redis);
    try {
      const templates = new KeyTemplates(config.keyTemplates);
      return [...(await scanKeyspace(nodes, { templates, ...(signal && { signal }) })).companies.keys()];
    } finally {
      close();
    }
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw redisError(error, redis.label);
  }
}
