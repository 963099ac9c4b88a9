import { messageOf, RcmError } from '../../errors.js';
import type { RedisConnection } from '../../redis/connect/connect.js';
import { scanNodes } from '../../redis/connect/scan-nodes.js';
import { findEventStreams } from '../../redis/event-streams.js';
import { redisError } from '../../redis/redis-error.js';
import type { CompanyListing, Store } from '../../store/store.js';
import { companiesOf } from '../company/resolve.js';

/** Looking through the names of keys for streams ends after so long: a keyspace of millions is not read for a log. */
const LONGEST_SEARCH_MS = 5000;

export type CompanyNames = ReadonlyMap<string, string | null>;

/** The company list, or that there is none. Never throws: a list that cannot be read is `unread`. */
export async function listingOf(store: Store | RcmError): Promise<CompanyListing> {
  if (store instanceof RcmError) return { source: 'unread', reason: store.message, failed: true };
  return store.companies
    .list()
    .catch((error: unknown) => ({ source: 'unread' as const, reason: messageOf(error), failed: true }));
}

/** The listed companies by id; empty where there is no list. Never throws. */
export async function listedCompanies(store: Store | RcmError): Promise<Map<string, string | null>> {
  const companies = companiesOf(await listingOf(store));
  return new Map(companies.map((company) => [company.companyId, company.companyName]));
}

/**
 * Companies whose accesses may be recorded: those of the list, and any that has a stream.
 * @throws what the client throws
 */
export async function recordedCompanies(
  redis: RedisConnection,
  listed: CompanyNames,
  signal?: AbortSignal,
): Promise<{ companyIds: string[]; warnings: string[] }> {
  const { nodes, close } = await scanNodes(redis);
  try {
    const servers = nodes.map((node) => node.redis);
    const found = await findEventStreams(servers, { mostMs: LONGEST_SEARCH_MS, signal }).catch((error: unknown) => {
      // Who may not SCAN may still read the streams that a list tells of.
      if (listed.size > 0 && redisError(error, redis.label).code === 'RCM_REDIS_FORBIDDEN')
        return { companyIds: [], complete: false };
      throw error;
    });
    const warnings = found.complete
      ? []
      : [
          'Not all keys could be looked through: companies that are in no list may be missing. Name one to see its own.',
        ];
    return { companyIds: [...new Set([...found.companyIds, ...(found.complete ? [] : listed.keys())])], warnings };
  } finally {
    close();
  }
}
