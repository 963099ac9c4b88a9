import { RcmError } from '../../errors.js';
import { KeyTemplates } from '../../redis/key-template.js';
import { ownKeys } from '../../redis/namespace.js';
import type { CompanyListing } from '../../store/store.js';
import { assertIsKnown } from '../company/candidates.js';
import { type ResolvedCompany, resolveCompany } from '../company/resolve.js';
import type { Ports } from '../ports.js';

/**
 * The company that a word means. One that no list knows must have a policy, recorded accesses, or keys.
 * @throws RCM_COMPANY_NOT_FOUND, RCM_COMPANY_AMBIGUOUS, RCM_COMPANY_ID_INVALID; RCM_REDIS_*
 */
export async function ttlCompany(
  ports: Ports,
  word: string,
  listing: CompanyListing,
  options: { parts: boolean },
): Promise<ResolvedCompany> {
  const company = resolveCompany(word, listing, options);
  const { companyId } = company;
  if (company.by !== 'unlisted') return company;
  new KeyTemplates(ports.config.keyTemplates).assertId(companyId);
  const { store, redis } = ports;
  const policy = store instanceof RcmError ? null : await store.policies.get(companyId).catch(() => null);
  const events = policy === null ? await redis.client.exists(ownKeys.events(companyId)).catch(() => 0) : 0;
  if (policy === null && events === 0) await assertIsKnown(ports, company, listing);
  return company;
}
