import { readFile } from 'node:fs/promises';
import { messageOf, RcmError } from '../../errors.js';

export const BUDGET_CSV_COLUMNS = ['companyId', 'companyName', 'cache', 'storage', 'calls', 'reason'] as const;
type CsvColumn = (typeof BUDGET_CSV_COLUMNS)[number];

/** One line of the file: its cells by column, trimmed, `''` where empty or absent. */
export interface CsvLine {
  line: number;
  cells: Record<CsvColumn, string>;
}

/** What is wrong with a file, by line. */
export interface CsvProblem {
  line: number;
  problem: string;
}

/**
 * Reads a list of budgets: a header with `companyId` or `companyName` and any of `cache`, `storage`, `calls` and `reason`,
 * in any order. Lines of the wrong length are problems; they are told with all the others.
 * @throws RCM_IMPORT_INVALID for a file that cannot be read, is no CSV, or has a header that cannot be
 */
export async function readBudgetsCsv(file: string): Promise<{ lines: CsvLine[]; problems: CsvProblem[] }> {
  const { parse } = await import('csv-parse/sync');
  let rows: { record: string[]; info: { lines: number } }[];
  try {
    rows = parse(await readFile(file, 'utf8'), {
      bom: true,
      info: true,
      skip_empty_lines: true,
      relax_column_count: true,
      trim: true,
    }) as unknown as typeof rows;
  } catch (error) {
    throw importInvalid(file, messageOf(error));
  }
  const [head, ...body] = rows;
  if (head === undefined) throw importInvalid(file, 'it is empty');
  const header = checkHeader(head.record, file);
  if (body.length === 0) throw importInvalid(file, 'it has a header but no company');
  const problems: CsvProblem[] = [];
  const lines = body.flatMap(({ record, info: { lines: line } }) => {
    if (record.length === header.length) return [{ line, cells: cellsOf(record, header) }];
    problems.push({ line, problem: `it has ${record.length} cells, the header has ${header.length}` });
    return [];
  });
  return { lines, problems };
}

export function importInvalid(file: string, why: string): RcmError {
  return new RcmError(
    'RCM_IMPORT_INVALID',
    `Cannot import ${file}: ${why}`,
    'Nothing was imported. Expected: companyId (or companyName),cache,storage,calls,reason; empty: as it is; default: unset. Values above what is likely, and ids that nothing knows, need --force.',
  );
}

function checkHeader(header: string[], file: string): CsvColumn[] {
  const known: readonly string[] = BUDGET_CSV_COLUMNS;
  const unknown = header.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw importInvalid(
      file,
      `the header has the unknown column${unknown.length > 1 ? 's' : ''} ${unknown.map((name) => `'${name}'`).join(', ')} (known: ${known.join(', ')})`,
    );
  const twice = header.find((name, i) => header.indexOf(name) < i);
  if (twice !== undefined) throw importInvalid(file, `the header has the column '${twice}' twice`);
  if (!header.includes('companyId') && !header.includes('companyName'))
    throw importInvalid(file, 'the header lacks companyId or companyName');
  if (!['cache', 'storage', 'calls'].some((name) => header.includes(name)))
    throw importInvalid(file, 'the header has none of cache, storage and calls');
  return header as CsvColumn[];
}

function cellsOf(record: readonly string[], header: readonly CsvColumn[]): CsvLine['cells'] {
  const cells = { companyId: '', companyName: '', cache: '', storage: '', calls: '', reason: '' };
  for (const [i, name] of header.entries()) cells[name] = record[i] as string;
  return cells;
}
