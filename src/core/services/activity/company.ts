import { RcmError } from '../../errors.js';
import type { CompanyListing } from '../../store/store.js';
import { assertIsKnown } from '../company/candidates.js';
import { companiesOf, companyNotFound, type ResolvedCompany, resolveCompany } from '../company/resolve.js';
import { listingOf } from './companies.js';
import type { ActivityPorts } from './query.js';

/**
 * The company that a word means: an id, a name or a part of just one. One that no list knows must have left a trace: in the
 * log, a stream of events, or keys.
 * @throws RCM_COMPANY_AMBIGUOUS, RCM_COMPANY_NOT_FOUND with candidates; RCM_COMPANY_ID_INVALID; RCM_REDIS_*
 */
export async function activityCompany(ports: ActivityPorts, word: string): Promise<ResolvedCompany> {
  const listing = await listingOf(ports.store);
  const company = resolveCompany(word, listing, { parts: true });
  if (company.by !== 'unlisted' || (await hasLogged(ports, word))) return company;
  const { redis } = ports;
  if (!(redis instanceof RcmError)) await assertIsKnown({ ...ports, redis }, company, listing);
  else if (isComplete(listing)) throw companyNotFound(word, companiesOf(listing));
  return company;
}

/** Whether a list says who there is: then an id that is not on it and left no trace is unknown even without Redis. */
function isComplete({ source }: CompanyListing): boolean {
  return source === 'collection' || source === 'import';
}

async function hasLogged({ store }: ActivityPorts, companyId: string): Promise<boolean> {
  if (store instanceof RcmError) return false;
  return store.activity.list({ companyId, limit: 1 }).then(
    (found) => found.length > 0,
    () => false,
  );
}
