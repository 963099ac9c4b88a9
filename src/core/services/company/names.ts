import { RcmError } from '../../errors.js';
import type { CompanyListing } from '../../store/store.js';
import type { Ports } from '../ports.js';
import { companiesOf } from './resolve.js';

/** A company's name by its id; null where none is known. */
export type NameOf = (companyId: string) => string | null;

export function namesIn(listing: CompanyListing): NameOf {
  const names = new Map(companiesOf(listing).map((company) => [company.companyId, company.companyName]));
  return (companyId) => names.get(companyId) ?? null;
}

/** As far as there is a list that can be read. */
export async function companyNames({ store }: Ports): Promise<NameOf> {
  const listing = store instanceof RcmError ? null : await store.companies.list().catch(() => null);
  return listing === null ? () => null : namesIn(listing);
}
