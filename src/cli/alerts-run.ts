import type { Severity } from '../core/domain/issue.js';
import { EXIT, type ExitCode } from '../core/errors.js';
import { alerts } from '../core/services/alerts/alerts.js';
import type { AlertsReport } from '../core/services/alerts/report.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import { toJson } from './output.js';
import { type SurveyFlags, Surveyor } from './surveyor.js';
import { renderCsv, renderNdjson } from './table/render.js';
import { assertSelection, type Selection, selectColumns, selectRows } from './table/select.js';
import { terminalFor, WIDE } from './terminal.js';
import { ALERT_COLUMNS, type AlertRow, alertRows, alertsMarkdown, alertsTable, alertsText } from './views/alerts.js';

interface AlertsFlags extends Selection, SurveyFlags {
  output?: string | undefined;
  color?: boolean | undefined;
  severity?: Severity | undefined;
  'fail-on'?: Severity | undefined;
}

/** What a run gives: text is null where silence says that nothing needs attention. */
interface AlertsOutcome {
  text: string | null;
  warnings: string[];
  exitCode: ExitCode;
}

/** One run of `alerts`. @throws RCM_USAGE before anything is measured; RCM_REDIS_* */
export async function alertsRun(context: Context, flags: AlertsFlags, format: Format): Promise<AlertsOutcome> {
  assertSelection(ALERT_COLUMNS, flags, format);
  const surveyor = new Surveyor(context, flags);
  const found = await surveyor.survey();
  const report = await alerts(found, surveyor.used());
  const exitCode = exitCodeOf(report, flags['fail-on']);
  const ofSeverity = alertRows(report).filter((row) => flags.severity === undefined || row.severity === flags.severity);
  const rows = selectRows(ofSeverity, ALERT_COLUMNS, flags);
  // Cron mails whatever is printed: nothing to show is no mail.
  const seen = process.stdout.isTTY || flags.output !== undefined || !LINES_ONLY.includes(format);
  if (!seen && rows.length === 0 && report.complete) return { text: null, warnings: [], exitCode };
  return { text: textOf(report, rows, format, flags), warnings: report.warnings, exitCode };
}

/** Formats that say nothing where there is no alert. */
const LINES_ONLY: readonly Format[] = ['table', 'ndjson'];

/** A breach is certain whatever else is unknown; without --fail-on there is none. */
function exitCodeOf({ worst, complete }: AlertsReport, failOn: Severity | undefined): ExitCode {
  if (failOn !== undefined && worst === 'critical') return EXIT.gateCritical;
  if (failOn === 'warning' && worst === 'warning') return EXIT.gateWarning;
  return complete ? EXIT.ok : EXIT.unreachable;
}

function textOf(report: AlertsReport, rows: readonly AlertRow[], format: Format, flags: AlertsFlags): string {
  if (format === 'json') return toJson({ ...report, alerts: rows.map(withoutAge) });
  if (format === 'ndjson') return renderNdjson(rows.map(withoutAge));
  const terminal = terminalFor(process.stdout, { color: flags.color, toFile: flags.output !== undefined });
  const columns = selectColumns(ALERT_COLUMNS, flags.columns, WIDE);
  if (format === 'csv') return renderCsv(rows, flags.columns === undefined ? ALERT_COLUMNS : columns);
  if (format === 'markdown') return alertsMarkdown(report, rows, columns);
  return flags.columns === undefined ? alertsText(report, rows, terminal) : alertsTable(rows, columns, terminal);
}

function withoutAge({ ageSeconds: _, ...alert }: AlertRow): AlertsReport['alerts'][number] {
  return alert;
}
