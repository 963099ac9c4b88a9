import type { Company } from '../../domain/company.js';
import { KeyTemplates } from '../../redis/key-template.js';
import { KeySelection } from '../../redis/keys/selection.js';
import { walkNode } from '../../redis/keys/walk-keys.js';
import { ownKeys } from '../../redis/namespace.js';
import { redisError } from '../../redis/redis-error.js';
import { type ScanNode, scanKeyspace } from '../../redis/scan/keyspace-scan.js';
import type { CompanyListing } from '../../store/store.js';
import type { Ports } from '../ports.js';
import { primaries } from '../primaries.js';
import { companiesOf, companyNotFound, type ResolvedCompany } from './resolve.js';

/**
 * Makes sure that an id which no list knows has keys, or left events or a policy in Redis: a cache that was just cleared is
 * empty, and its company is still there.
 * @throws RCM_COMPANY_NOT_FOUND with the nearest candidates; RCM_COMPANY_ID_INVALID; RCM_REDIS_*
 */
export async function assertIsKnown(ports: Asked, company: ResolvedCompany, listing: CompanyListing): Promise<void> {
  if (company.by !== 'unlisted') return;
  const { companyId } = company;
  const ids = await onPrimaries(ports, async (nodes) => {
    if ((await hasTrace(ports, companyId)) || (await idsWithKeys(ports, nodes, [companyId])).size > 0) return null;
    // Without a list, the ids that have keys are all there is to suggest from.
    const found = listing.source === 'keys' ? await allIds(ports, nodes) : [];
    return found.some((one) => one.companyId === companyId) ? null : found;
  });
  if (ids !== null) throw companyNotFound(companyId, [...companiesOf(listing), ...ids]);
}

/** Those of some ids that have keys. @throws RCM_COMPANY_ID_INVALID; RCM_REDIS_* */
export async function havingKeys(ports: Asked, ids: readonly string[]): Promise<ReadonlySet<string>> {
  return onPrimaries(ports, (nodes) => idsWithKeys(ports, nodes, ids));
}

type Asked = Pick<Ports, 'config' | 'redis' | 'signal'>;

async function onPrimaries<T>({ redis, signal }: Asked, use: (nodes: readonly ScanNode[]) => Promise<T>): Promise<T> {
  try {
    const { nodes, close } = await primaries(redis);
    try {
      return await use(nodes);
    } finally {
      close();
    }
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw redisError(error, redis.label);
  }
}

/** A user who may not look there sees none. */
async function hasTrace({ redis: { client } }: Pick<Asked, 'redis'>, companyId: string): Promise<boolean> {
  return client.exists(ownKeys.events(companyId), ownKeys.policy(companyId)).then(
    (found) => found > 0,
    () => false,
  );
}

/** Reads no further than it must. */
async function idsWithKeys({ config, signal }: Asked, nodes: readonly ScanNode[], ids: readonly string[]) {
  const selection = new KeySelection(new KeyTemplates(config.keyTemplates), ids);
  const found = new Set<string>();
  for (const node of nodes)
    for await (const step of walkNode(node, selection, { details: [], signal })) {
      for (const { companyId } of step.found) found.add(companyId);
      if (found.size === ids.length) return found;
    }
  return found;
}

async function allIds({ config, signal }: Asked, nodes: readonly ScanNode[]): Promise<Company[]> {
  const templates = new KeyTemplates(config.keyTemplates);
  const scan = await scanKeyspace(nodes, { templates, ...(signal && { signal }) });
  return [...scan.companies.keys()].map((companyId) => ({ companyId, companyName: null }));
}
