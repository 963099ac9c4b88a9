import type { PriceHistoryEntry } from '../core/domain/pricing.js';
import { RcmError } from '../core/errors.js';
import { pricingHistory } from '../core/services/pricing/history.js';
import { revertEdits, revertWarnings } from '../core/services/pricing/revert.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import { formatOf, writeResult } from './output.js';
import { changePricing } from './pricing-run.js';
import { renderList } from './table/list.js';
import { assertSelection, type Selection, selectRows } from './table/select.js';
import { terminalFor } from './terminal.js';
import { timeRange } from './time-range.js';
import { HISTORY_COLUMNS, historyText } from './views/pricing/history.js';

interface HistoryFlags extends Selection {
  json: boolean;
  format: Format | undefined;
  output?: string | undefined;
  color?: boolean | undefined;
  service?: PriceHistoryEntry['service'] | undefined;
  path?: string | undefined;
  company?: string | undefined;
  by?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

/** Prints the history in a format. @throws RCM_USAGE before the store is asked; what the service throws */
export async function printHistory(context: Context, flags: HistoryFlags): Promise<void> {
  const format = formatOf(flags);
  assertSelection(HISTORY_COLUMNS, flags, format);
  const { service, path, company, by } = flags;
  const now = new Date();
  const range = timeRange(flags, now);
  const report = await pricingHistory(await context.store(), { service, path, by, ...range }, company, now);
  const entries = selectRows(report.entries, HISTORY_COLUMNS, flags);
  const terminal = terminalFor(process.stdout, { color: flags.color, toFile: flags.output !== undefined });
  const text = renderList(
    entries,
    HISTORY_COLUMNS,
    { format, columns: flags.columns, terminal },
    {
      json: () => ({ ...report, entries }),
      text: (columns, on) => historyText(entries, columns, on, report.version > 0),
    },
  );
  writeResult(text, flags.output);
  for (const warning of report.warnings) process.stderr.write(`Warning: ${warning}\n`);
}

interface RevertFlags {
  json: boolean;
  format: Format | undefined;
  color?: boolean | undefined;
  'dry-run'?: boolean | undefined;
  yes?: boolean | undefined;
  reason?: string | undefined;
  actor?: string | undefined;
}

/** Takes a change back, as a new one. @throws RCM_CHANGE_NOT_FOUND; what changePricing throws */
export async function revertChange(context: Context, change: number, flags: RevertFlags): Promise<void> {
  const { format } = flags;
  if (format !== undefined && format !== 'table' && format !== 'json')
    throw new RcmError('RCM_USAGE', `--revert does not go with ${format}`, 'Use --format table or json.');
  await changePricing(
    context,
    await context.store(),
    (current) => revertEdits(current, change),
    {
      ...flags,
      format,
      reason: flags.reason ?? `reverts ${change}`,
      'dry-run': flags['dry-run'] ?? false,
      yes: flags.yes ?? false,
    },
    (current) => revertWarnings(current, change),
  );
}
