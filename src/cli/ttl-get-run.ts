import { RcmError } from '../core/errors.js';
import { companyTtl, ttlPolicies } from '../core/services/ttl/get.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import { renderList } from './table/list.js';
import { assertSelection, type Selection, selectRows } from './table/select.js';
import { terminalFor } from './terminal.js';
import { BOUNDS_COLUMNS, companyTtlMarkdown, companyTtlText, POLICY_COLUMNS, policiesText } from './views/ttl/get.js';

interface TtlGetFlags extends Selection {
  output?: string | undefined;
  color?: boolean | undefined;
}

interface Printed {
  text: string;
  warnings: string[];
}

/** The policies in force, in a format. @throws RCM_USAGE before anything is read; what the services throw */
export async function ttlIn(
  format: Format,
  context: Context,
  word: string | undefined,
  flags: TtlGetFlags,
): Promise<Printed> {
  return word === undefined ? allIn(format, context, flags) : companyIn(format, context, word, flags);
}

async function allIn(format: Format, context: Context, flags: TtlGetFlags): Promise<Printed> {
  assertSelection(POLICY_COLUMNS, flags, format);
  const report = await ttlPolicies({ store: await context.store(), clock: () => new Date() });
  const rows = selectRows(report.policies, POLICY_COLUMNS, flags);
  const text = renderList(rows, POLICY_COLUMNS, optionsOf(format, flags), {
    json: () => ({ ...report, policies: rows }),
    text: (shown, terminal) => policiesText(rows, shown, terminal),
  });
  return { text, warnings: report.warnings };
}

async function companyIn(format: Format, context: Context, word: string, flags: TtlGetFlags): Promise<Printed> {
  assertSelection(BOUNDS_COLUMNS, flags, format);
  const { store, ...ports } = await context.ports();
  if (store instanceof RcmError) throw store;
  const report = await companyTtl({ ...ports, store }, word);
  const rows = selectRows(report.bounds, BOUNDS_COLUMNS, flags);
  const text = renderList(rows, BOUNDS_COLUMNS, optionsOf(format, flags), {
    json: () => ({ ...report, bounds: rows }),
    markdown: (shown) => companyTtlMarkdown(report, rows, shown),
    text: (shown, terminal) => companyTtlText(report, rows, shown, terminal),
  });
  return { text, warnings: report.warnings };
}

function optionsOf(format: Format, { columns, color, output }: TtlGetFlags) {
  return { format, columns, terminal: terminalFor(process.stdout, { color, toFile: output !== undefined }) };
}
