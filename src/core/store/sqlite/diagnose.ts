import { statSync } from 'node:fs';
import { formatBytes } from '../../domain/format.js';
import type { CompanyListing, StoreFinding } from '../store.js';

/** Where the embedded store is, how large it is, and whether it knows the companies. */
export function diagnoseSqlite(path: string, listing: CompanyListing): StoreFinding[] {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const message = `Embedded store ${path} (${formatBytes(size)})`;
  return [{ name: 'file', state: 'ok', message, hint: null }, companies(listing)];
}

function companies(listing: CompanyListing): StoreFinding {
  if ('companies' in listing) {
    const message = `${listing.companies.length.toLocaleString('en-US')} companies were imported`;
    return { name: 'companies', state: 'ok', message, hint: null };
  }
  return {
    name: 'companies',
    state: 'info',
    message: 'No companies were imported: they are those whose keys are found',
    hint: '`rcm companies import FILE.csv` gives them names, calls and storage; or configure MongoDB.',
  };
}
