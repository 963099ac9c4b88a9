import { distance } from 'fastest-levenshtein';
import type { Company } from '../../domain/company.js';
import { RcmError } from '../../errors.js';
import type { CompanyListing } from '../../store/store.js';

/** The company that a word on the command line means. */
export interface ResolvedCompany {
  companyId: string;
  companyName: string | null;
  /** `unlisted`: no list knows the id; whether it has keys is still to be seen. */
  by: 'id' | 'name' | 'part' | 'unlisted';
}

const MOST_CANDIDATES = 8;

/**
 * An id, an exact name, or (where `parts`) a part of just one name, whatever its case. An id that no list knows may have
 * keys all the same (an orphan, or there is no list): it is handed on as `unlisted`.
 * @throws RCM_COMPANY_AMBIGUOUS with the candidates
 */
export function resolveCompany(text: string, listing: CompanyListing, options: { parts: boolean }): ResolvedCompany {
  const companies = companiesOf(listing);
  const byId = companies.find((c) => c.companyId === text);
  if (byId) return { ...byId, by: 'id' };
  const byName = companies.filter((c) => c.companyName === text);
  if (byName.length > 1) throw ambiguous(text, byName, 'have the name');
  if (byName[0]) return { ...byName[0], by: 'name' };
  const byPart = options.parts ? companies.filter((c) => contains(c, text)) : [];
  if (byPart.length > 1) throw ambiguous(text, byPart, 'contain');
  if (byPart[0]) return { ...byPart[0], by: 'part' };
  return { companyId: text, companyName: null, by: 'unlisted' };
}

/** @param candidates companies to suggest from, where there is a list, else ids that have keys */
export function companyNotFound(text: string, candidates: readonly Company[]): RcmError {
  const near = nearest(text, candidates);
  return new RcmError(
    'RCM_COMPANY_NOT_FOUND',
    `There is no company '${text}'`,
    near.length > 0 ? `Did you mean ${near.map(label).join(', ')}?` : 'List them with `rcm companies`.',
  );
}

export function companiesOf(listing: CompanyListing): readonly Company[] {
  return 'companies' in listing ? listing.companies : [];
}

function contains({ companyName }: Company, text: string): boolean {
  return text !== '' && (companyName?.toLowerCase().includes(text.toLowerCase()) ?? false);
}

function ambiguous(text: string, found: readonly Company[], how: string): RcmError {
  const shown = found.slice(0, MOST_CANDIDATES).map(label).join(', ');
  const more = found.length > MOST_CANDIDATES ? `, and ${found.length - MOST_CANDIDATES} more` : '';
  return new RcmError(
    'RCM_COMPANY_AMBIGUOUS',
    `${found.length} companies ${how} '${text}': ${shown}${more}`,
    'Give the id of one of them.',
  );
}

/** Those whose name contains the text, then those that differ in few letters. */
function nearest(text: string, companies: readonly Company[]): Company[] {
  const wanted = text.toLowerCase();
  const score = ({ companyId, companyName }: Company): number => {
    const names = [companyId, companyName ?? companyId].map((name) => name.toLowerCase());
    if (names.some((name) => name.includes(wanted))) return 0;
    return Math.min(...names.map((name) => distance(wanted, name)));
  };
  return companies
    .map((company) => ({ company, score: score(company) }))
    .filter((c) => c.score <= Math.max(2, text.length / 3))
    .sort((a, b) => a.score - b.score)
    .slice(0, 5)
    .map((c) => c.company);
}

/** `Royal Plumbing (68e3…)`, or the id alone. */
function label({ companyId, companyName }: Company): string {
  return companyName === null ? companyId : `${companyName} (${companyId})`;
}
