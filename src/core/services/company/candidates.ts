import type { Company } from '../../domain/company.js';
import { KeyTemplates } from '../../redis/key-template.js';
import { KeySelection } from '../../redis/keys/selection.js';
import { walkNode } from '../../redis/keys/walk-keys.js';
import { redisError } from '../../redis/redis-error.js';
import { scanKeyspace } from '../../redis/scan/keyspace-scan.js';
import type { CompanyListing } from '../../store/store.js';
import type { Ports } from '../ports.js';
import { primaries } from '../primaries.js';
import { companiesOf, companyNotFound, type ResolvedCompany } from './resolve.js';

/**
 * Makes sure that an id which no list knows has keys.
 * @throws RCM_COMPANY_NOT_FOUND with the nearest candidates; RCM_COMPANY_ID_INVALID; RCM_REDIS_*
 */
export async function assertHasKeys(ports: Ports, company: ResolvedCompany, listing: CompanyListing): Promise<void> {
  if (company.by !== 'unlisted') return;
  const templates = new KeyTemplates(ports.config.keyTemplates);
  const selection = new KeySelection(templates, [company.companyId]);
  let ids: Company[] = [];
  try {
    const { nodes, close } = await primaries(ports.redis);
    try {
      for (const node of nodes)
        for await (const step of walkNode(node, selection, { details: [], signal: ports.signal }))
          if (step.found.length > 0) return;
      // Without a list, the ids that have keys are all there is to suggest from.
      if (listing.source === 'keys') {
        const scan = await scanKeyspace(nodes, { templates, ...(ports.signal && { signal: ports.signal }) });
        ids = [...scan.companies.keys()].map((companyId) => ({ companyId, companyName: null }));
      }
    } finally {
      close();
    }
  } catch (error) {
    if (ports.signal?.aborted) throw ports.signal.reason;
    throw redisError(error, ports.redis.label);
  }
  throw companyNotFound(company.companyId, [...companiesOf(listing), ...ids]);
}
