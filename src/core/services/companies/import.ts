import { readFile } from 'node:fs/promises';
import { messageOf, RcmError } from '../../errors.js';
import type { KeyTemplates } from '../../redis/key-template.js';
import type { ImportedCompany, Store } from '../../store/store.js';

const REQUIRED = ['companyId', 'companyName'] as const;
const OPTIONAL = ['callsPerDay', 'minutesPerMonth', 'recordingBytes', 'storageBytes'] as const;
const COLUMNS: readonly string[] = [...REQUIRED, ...OPTIONAL];
/** Calls are kept over the 30 days that every formula uses. */
const DAYS = 30;

/** What an import read, before anything is written. */
export interface ImportResult {
  companies: ImportedCompany[];
  file: string;
}

/**
 * Reads a company list: `companyId,companyName[,callsPerDay,minutesPerMonth,recordingBytes,storageBytes]`, in any column
 * order, with a header line. An empty cell is unknown.
 * @throws RCM_IMPORT_INVALID naming every bad line (the first ten), so that nothing half right is imported
 */
export async function readCompaniesCsv(file: string, templates: KeyTemplates): Promise<ImportResult> {
  const { parse } = await import('csv-parse/sync');
  let rows: { record: Record<string, string>; info: { lines: number } }[];
  try {
    const text = await readFile(file, 'utf8');
    rows = parse(text, {
      columns: (header: string[]) => checkHeader(header, file),
      bom: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as typeof rows;
  } catch (error) {
    if (error instanceof RcmError) throw error;
    throw invalid(file, messageOf(error));
  }
  const problems: string[] = [];
  const seen = new Map<string, number>();
  const companies = rows.map(({ record, info }) => {
    const problem = (text: string) => problems.push(`line ${info.lines}: ${text}`);
    const companyId = record.companyId ?? '';
    checkId(companyId, templates, problem);
    const before = seen.get(companyId);
    if (before !== undefined) problem(`companyId '${companyId}' stands already in line ${before}`);
    seen.set(companyId, info.lines);
    const number = (name: (typeof OPTIONAL)[number]) => readNumber(name, record[name], problem);
    const perDay = number('callsPerDay');
    return {
      companyId,
      companyName: record.companyName || null,
      calls: perDay === null ? null : perDay * DAYS,
      minutes: number('minutesPerMonth'),
      recordingBytes: number('recordingBytes'),
      storageBytes: number('storageBytes'),
    };
  });
  if (problems.length > 0)
    throw invalid(
      file,
      `${problems.slice(0, 10).join('; ')}${problems.length > 10 ? `; and ${problems.length - 10} more` : ''}`,
    );
  if (companies.length === 0) throw invalid(file, 'it has a header but no company');
  return { companies, file };
}

/**
 * Replaces the imported list by this one.
 * @returns the ids of the list before that this one lacks: their keys are an orphan's from now on
 * @throws RCM_NOT_APPLICABLE where companies are read from MongoDB
 */
export async function importCompanies(store: Store, result: ImportResult, now: Date): Promise<string[]> {
  const before = await store.companies.list();
  await store.companies.replaceImported(result.companies, now);
  if (before.source !== 'import') return [];
  const ids = new Set(result.companies.map(({ companyId }) => companyId));
  return before.companies.map(({ companyId }) => companyId).filter((id) => !ids.has(id));
}

function checkHeader(header: string[], file: string): string[] {
  const unknown = header.filter((name) => !COLUMNS.includes(name));
  const missing = REQUIRED.filter((name) => !header.includes(name));
  if (missing.length > 0)
    throw invalid(file, `the header lacks ${missing.join(' and ')} (it has: ${header.join(', ')})`);
  if (unknown.length > 0)
    throw invalid(file, `the header has the unknown column '${unknown[0]}' (known: ${COLUMNS.join(', ')})`);
  return header;
}

function checkId(companyId: string, templates: KeyTemplates, problem: (text: string) => void): void {
  try {
    templates.assertId(companyId);
  } catch (error) {
    problem(messageOf(error));
  }
}

function readNumber(name: string, cell: string | undefined, problem: (text: string) => void): number | null {
  if (cell === undefined || cell === '') return null;
  const value = Number(cell);
  if (Number.isFinite(value) && value >= 0 && /^[\d.eE+]+$/.test(cell)) return value;
  problem(`${name} '${cell}' is no number of 0 or more`);
  return null;
}

function invalid(file: string, why: string): RcmError {
  return new RcmError(
    'RCM_IMPORT_INVALID',
    `Cannot import ${file}: ${why}`,
    'Nothing was imported. Expected: companyId,companyName[,callsPerDay,minutesPerMonth,recordingBytes,storageBytes]',
  );
}
