import type { Company } from '../../domain/company.js';
import type { Edit } from '../../domain/pricing-change/edit.js';
import { BUDGET_LINES } from '../../domain/pricing-change/setting.js';
import { messageOf, RcmError } from '../../errors.js';
import { KeyTemplates } from '../../redis/key-template.js';
import type { CompanyListing } from '../../store/store.js';
import { companiesOf, companyNotFound } from '../company/resolve.js';
import type { PricingPorts } from '../pricing/basis.js';
import { amountFor } from '../pricing/set.js';
import { unknownIds } from './known.js';
import { type CsvLine, type CsvProblem, importInvalid, readBudgetsCsv } from './read-csv.js';

/**
 * The edits that a file of budgets asks for: an empty cell leaves a line as it is, `default` takes it away.
 * @param force take values above what is likely, and ids that nothing knows
 * @throws RCM_IMPORT_INVALID naming every bad line, so that nothing half right is imported; RCM_REDIS_*, RCM_STORE_*
 */
export async function importEdits(ports: PricingPorts, file: string, force: boolean): Promise<Edit[]> {
  const { lines, problems } = await readBudgetsCsv(file);
  const listing = await ports.store.companies.list();
  const resolved = companiesIn(lines, listing, ports, problems);
  if (!force) await assertKnown(ports, resolved, listing, problems);
  const edits = lines.flatMap((line, i) => editsOf(line, resolved[i]?.companyId ?? null, force, problems));
  if (problems.length > 0) throw importInvalid(file, told(problems));
  return edits;
}

interface CompanyOfLine {
  line: number;
  companyId: string;
  listed: boolean;
}

/** Whom each line is about; null where that cannot be told. */
function companiesIn(
  lines: readonly CsvLine[],
  listing: CompanyListing,
  { config }: PricingPorts,
  problems: CsvProblem[],
): (CompanyOfLine | null)[] {
  const templates = new KeyTemplates(config.keyTemplates);
  const index = new CompanyIndex(companiesOf(listing));
  const seen = new Map<string, number>();
  return lines.map(({ line, cells }) => {
    try {
      const { companyId, listed } = index.find(cells.companyId, cells.companyName);
      if (!listed) templates.assertId(companyId);
      const before = seen.get(companyId);
      if (before !== undefined) problems.push({ line, problem: `'${companyId}' stands already in line ${before}` });
      seen.set(companyId, before ?? line);
      return { line, companyId, listed };
    } catch (error) {
      problems.push({ line, problem: problemOf(error) });
      return null;
    }
  });
}

/** Companies by id and by name: a file can have as many lines as there are companies. */
class CompanyIndex {
  readonly #byId: ReadonlyMap<string, Company>;
  readonly #byName = new Map<string, Company[]>();

  constructor(private readonly companies: readonly Company[]) {
    this.#byId = new Map(companies.map((company) => [company.companyId, company]));
    for (const company of companies) {
      const name = company.companyName;
      if (name !== null) this.#byName.set(name, [...(this.#byName.get(name) ?? []), company]);
    }
  }

  /** The id decides where both are given, and the name must be its own. @throws RcmError */
  find(id: string, name: string): { companyId: string; listed: boolean } {
    if (id === '' && name === '') throw new RcmError('RCM_USAGE', 'it names no company', '');
    if (id === '') return { companyId: this.#named(name), listed: true };
    const company = this.#byId.get(id);
    const itsName = company?.companyName ?? null;
    if (name !== '' && itsName !== null && itsName !== name)
      throw new RcmError('RCM_USAGE', `'${id}' is ${itsName}, not ${name}`, '');
    return { companyId: id, listed: company !== undefined };
  }

  #named(name: string): string {
    const [company, ...others] = this.#byName.get(name) ?? [];
    if (company === undefined) throw companyNotFound(name, this.companies);
    if (others.length === 0) return company.companyId;
    const ids = [company, ...others].map(({ companyId }) => companyId).join(', ');
    throw new RcmError('RCM_COMPANY_AMBIGUOUS', `${others.length + 1} companies have the name '${name}': ${ids}`, '');
  }
}

async function assertKnown(
  ports: PricingPorts,
  resolved: readonly (CompanyOfLine | null)[],
  listing: CompanyListing,
  problems: CsvProblem[],
): Promise<void> {
  const unlisted = resolved.flatMap((company) => (company && !company.listed ? [company] : []));
  const unknown = new Set(await unknownIds(ports, [...new Set(unlisted.map(({ companyId }) => companyId))]));
  for (const { line, companyId } of unlisted)
    if (unknown.has(companyId))
      problems.push({ line, problem: problemOf(companyNotFound(companyId, companiesOf(listing))) });
}

function editsOf({ line, cells }: CsvLine, id: string | null, force: boolean, problems: CsvProblem[]): Edit[] {
  const reason = cells.reason === '' ? undefined : cells.reason;
  return BUDGET_LINES.flatMap((name) => {
    const text = cells[name];
    if (text === '') return [];
    // Amounts are looked at even where it is unknown whose they are: every bad one is told at once.
    const setting = { kind: 'customBudget' as const, companyId: id ?? cells.companyName, line: name };
    try {
      return [{ setting, value: /^default$/i.test(text) ? null : amountFor(setting, text, force), reason }];
    } catch (error) {
      problems.push({ line, problem: problemOf(error) });
      return [];
    }
  });
}

/** With the nearest candidates, which stand in the hint. */
function problemOf(error: unknown): string {
  if (!(error instanceof RcmError)) throw error;
  return error.hint.startsWith('Did you mean') ? `${error.message} (${error.hint})` : messageOf(error);
}

function told(problems: readonly CsvProblem[]): string {
  return [...problems]
    .sort((a, b) => a.line - b.line)
    .map(({ line, problem }) => `line ${line}: ${problem}`)
    .join('; ');
}
