import { budgetOf, budgetsOf } from '../core/services/budget/get.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import { pricingPorts } from './pricing-run.js';
import { renderList } from './table/list.js';
import { assertSelection, type Selection, selectRows } from './table/select.js';
import { terminalFor } from './terminal.js';
import { BUDGET_ROW_COLUMNS, budgetsMarkdown, budgetsText } from './views/budget/all.js';
import {
  BUDGET_LINE_COLUMNS,
  BUDGET_LINE_DATA,
  companyBudgetMarkdown,
  companyBudgetText,
  lineRows,
} from './views/budget/company.js';

interface BudgetGetFlags extends Selection {
  output?: string | undefined;
  color?: boolean | undefined;
}

interface Printed {
  text: string;
  warnings: string[];
}

/** The budgets in force, in a format. @throws RCM_USAGE before anything is read; what the services throw */
export async function budgetIn(
  format: Format,
  context: Context,
  word: string | undefined,
  flags: BudgetGetFlags,
): Promise<Printed> {
  return word === undefined ? allIn(format, context, flags) : companyIn(format, context, word, flags);
}

async function allIn(format: Format, context: Context, flags: BudgetGetFlags): Promise<Printed> {
  const columns = BUDGET_ROW_COLUMNS;
  assertSelection(columns, flags, format);
  const report = await budgetsOf(pricingPorts(context, await context.store()));
  const rows = selectRows(report.budgets, columns, flags);
  const text = renderList(rows, columns, optionsOf(format, flags), {
    json: () => ({ ...report, budgets: rows }),
    markdown: (shown) => budgetsMarkdown(report, rows, shown),
    text: (shown, terminal) => budgetsText(report, rows, shown, terminal),
  });
  return { text, warnings: report.warnings };
}

async function companyIn(format: Format, context: Context, word: string, flags: BudgetGetFlags): Promise<Printed> {
  const columns = format === 'table' ? BUDGET_LINE_COLUMNS : BUDGET_LINE_DATA;
  assertSelection(columns, flags, format);
  const report = await budgetOf(pricingPorts(context, await context.store()), word);
  const rows = selectRows(lineRows(report), columns, flags);
  const text = renderList(rows, columns, optionsOf(format, flags), {
    json: () => ({ ...report, lines: Object.fromEntries(rows.map(({ line, ...figures }) => [line, figures])) }),
    markdown: (shown) => companyBudgetMarkdown(report, rows, shown),
    text: (shown, terminal) => companyBudgetText(report, rows, shown, terminal),
  });
  return { text, warnings: report.warnings };
}

function optionsOf(format: Format, { columns, color, output }: BudgetGetFlags) {
  return { format, columns, terminal: terminalFor(process.stdout, { color, toFile: output !== undefined }) };
}
