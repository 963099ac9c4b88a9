import type { PricingConfig } from '../core/domain/pricing.js';
import { isUnder } from '../core/domain/pricing-change/history.js';
import { partOf } from '../core/services/pricing/get.js';
import { pricingReportOf } from '../core/services/pricing/report.js';
import type { Format } from './flags.js';
import { toJson } from './output.js';
import { renderCsv, renderMarkdown, renderNdjson, renderTable } from './table/render.js';
import { terminalFor } from './terminal.js';
import { PRICE_COLUMNS, priceRows, pricingText } from './views/pricing/get.js';

/** The configuration, or what stands at a path, in a format. @throws RCM_USAGE for a path that is not there */
export function pricingIn(
  format: Format,
  config: PricingConfig,
  path: string | undefined,
  flags: { color?: boolean | undefined; output?: string | undefined },
): string {
  const report = pricingReportOf(config, new Date());
  const part = path === undefined ? undefined : partOf(report, path);
  if (format === 'json') return toJson(part ?? report);
  // A number, a date or a text is what a script wants to read.
  if (part !== undefined && (part === null || typeof part !== 'object' || part instanceof Date))
    return part instanceof Date ? part.toISOString() : String(part);
  const rows = priceRows(report).filter(({ path: full }) => path === undefined || isUnder(full, path));
  if (format === 'ndjson') return renderNdjson(rows);
  if (format === 'csv') return renderCsv(rows, PRICE_COLUMNS);
  if (format === 'markdown') return renderMarkdown(rows, PRICE_COLUMNS);
  const terminal = terminalFor(process.stdout, { color: flags.color, toFile: flags.output !== undefined });
  return path === undefined ? pricingText(report, terminal) : renderTable(rows, PRICE_COLUMNS, terminal);
}
