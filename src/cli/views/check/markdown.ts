import type { CheckReport } from '../../../core/services/check/report.js';
import { printable } from '../../table/column.js';
import { markdownText, renderMarkdown } from '../../table/render.js';
import { CHECK_COLUMNS, checkRows } from './rows.js';
import { headline } from './wording.js';

/** GitHub refuses a job summary of over 1 MiB: so many rows stay far below. */
const MOST_SUMMARY_ROWS = 1000;

/** Checks as a Markdown table. @param all every pass on a line of its own */
export function checkMarkdown(report: CheckReport, all: boolean, most = Number.POSITIVE_INFINITY): string {
  const rows = checkRows(report, all);
  const warnings = report.warnings.map((warning) => `> ⚠ ${markdownText(printable(warning))}`);
  const left = rows.length - most;
  return [
    `**${markdownText(headline(report))}**`,
    '',
    ...(warnings.length > 0 ? [...warnings, ''] : []),
    renderMarkdown(rows.slice(0, most), CHECK_COLUMNS),
    ...(left > 0 ? ['', `… and ${left.toLocaleString('en-US')} more rows.`] : []),
  ].join('\n');
}

/** What a job's summary page shows. */
export function jobSummary(report: CheckReport): string {
  return `### rcm check\n\n${checkMarkdown(report, false, MOST_SUMMARY_ROWS)}\n`;
}
