import type { CompanyView } from '../../domain/company-view.js';
import { autoFixOf } from '../../domain/detect/fixes.js';
import { ISSUE_CODES, type IssueCode } from '../../domain/detect/issue.js';
import { bySeverity, type IssueState } from '../../domain/issue.js';
import { inOneLine } from '../../domain/recommend/recommend.js';
import { lastWord } from '../../domain/shell-word.js';
import { messageOf, RcmError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import type { Survey } from './survey.js';

const CODES = new Set<string>(ISSUE_CODES);

/** The same survey with what the last `detect` found of each company and is not over; as it was where the store cannot tell. */
export async function withOpenIssues(found: Survey, store: Store | RcmError): Promise<Survey> {
  // That the store is away has been said.
  if (store instanceof RcmError) return found;
  try {
    const open = (await store.issues.list({ open: true })).filter(({ code }) => CODES.has(code));
    return { ...found, companies: attach(found.companies, open) };
  } catch (error) {
    return { ...found, warnings: [...found.warnings, `Issues found before are not shown: ${messageOf(error)}`] };
  }
}

/** The same of one company alone. @throws RCM_STORE_*, RCM_MONGODB_* */
export async function openIssuesOf(
  store: Store,
  companyId: string,
): Promise<Pick<CompanyView, 'issues' | 'recommendations'>> {
  const open = await store.issues.list({ open: true });
  return shown(
    companyId,
    open.filter((state) => state.companyId === companyId && CODES.has(state.code)),
  );
}

function attach(companies: readonly CompanyView[], open: readonly IssueState[]): CompanyView[] {
  const byCompany = new Map<string | null, IssueState[]>();
  for (const state of open) byCompany.set(state.companyId, [...(byCompany.get(state.companyId) ?? []), state]);
  return companies.map((company) => {
    const own = byCompany.get(company.companyId);
    if (own === undefined) return company;
    return { ...company, ...shown(company.companyId, own) };
  });
}

/** The worse first, then in the order in which they are looked for. */
function shown(companyId: string, own: IssueState[]): Pick<CompanyView, 'issues' | 'recommendations'> {
  const order = ISSUE_CODES as readonly string[];
  own.sort((a, b) => bySeverity(a, b) || order.indexOf(a.code) - order.indexOf(b.code));
  const issues = own.map(({ code }) => code);
  return { issues, recommendations: issues.map((code) => adviceOn(companyId, code as IssueCode)) };
}

/** What `recommend` begins with, without its figures. */
function adviceOn(companyId: string, code: IssueCode): string {
  const fix = autoFixOf(code, companyId);
  return inOneLine(
    fix.available
      ? { title: fix.action, command: fix.command }
      : { title: `See what helps about ${code}`, command: `rcm detect ${lastWord(companyId)}` },
  );
}
