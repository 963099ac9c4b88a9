import type { Severity } from '../core/domain/issue.js';
import { EXIT, type ExitCode } from '../core/errors.js';
import { alerts } from '../core/services/alerts/alerts.js';
import type { AlertsReport } from '../core/services/alerts/report.js';
import { type NotifyFlags, targetsFor, tellTargets } from './alerts-notify.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import { toJson } from './output.js';
import { type SurveyFlags, Surveyor } from './surveyor.js';
import { renderCsv, renderNdjson } from './table/render.js';
import { assertSelection, type Selection, selectColumns, selectRows } from './table/select.js';
import { terminalFor, WIDE } from './terminal.js';
import { ALERT_COLUMNS, type AlertRow, alertRows, alertsMarkdown, alertsTable, alertsText } from './views/alerts.js';
import { notificationNotes, notificationsText } from './views/notifications.js';

export interface AlertsFlags extends Selection, SurveyFlags, NotifyFlags {
  output?: string | undefined;
  color?: boolean | undefined;
  severity?: Severity | undefined;
  'fail-on'?: Severity | undefined;
}

/** What a run gives: text is null where silence says that nothing needs attention. */
export interface AlertsOutcome {
  text: string | null;
  /** For who watches: who was told. */
  notes: string[];
  warnings: string[];
  exitCode: ExitCode;
}

/**
 * One run of `alerts`.
 * @param names the targets to notify, with --notify; none: all @throws RCM_USAGE, RCM_CONFIG_* before anything is measured;
 * RCM_REDIS_*
 */
export async function alertsRun(
  context: Context,
  flags: AlertsFlags,
  names: readonly string[],
  format: Format,
): Promise<AlertsOutcome> {
  assertSelection(ALERT_COLUMNS, flags, format);
  const targets = targetsFor(context, flags, names, format);
  const surveyor = new Surveyor(context, flags);
  const found = await surveyor.survey();
  const measured = await alerts(found, surveyor.used());
  const told = targets && (await tellTargets(context, targets, found, measured, surveyor, flags));
  const report = told?.report ?? measured;
  const exitCode = exitCodeOf(report, flags['fail-on']);
  const ofSeverity = alertRows(report).filter((row) => flags.severity === undefined || row.severity === flags.severity);
  const rows = selectRows(ofSeverity, ALERT_COLUMNS, flags);
  // Cron mails whatever is printed: nothing to show is no mail.
  const seen = process.stdout.isTTY || flags.output !== undefined || !LINES_ONLY.includes(format);
  const silent = !seen && rows.length === 0 && report.complete && !flags['dry-run'];
  const notes = notificationNotes(report.notifications ?? []);
  // Who could not be told is said even where no alert is left.
  if (silent) return { text: null, notes, warnings: told?.warnings ?? [], exitCode };
  return { text: textOf(report, rows, format, flags), notes, warnings: report.warnings, exitCode };
}

/** Formats that say nothing where there is no alert. */
const LINES_ONLY: readonly Format[] = ['table', 'ndjson'];

/** A breach is certain whatever else is unknown; without --fail-on there is none. */
function exitCodeOf(report: AlertsReport, failOn: Severity | undefined): ExitCode {
  const { worst, complete } = report;
  if (failOn !== undefined && worst === 'critical') return EXIT.gateCritical;
  if (failOn === 'warning' && worst === 'warning') return EXIT.gateWarning;
  return complete && toldAll(report) ? EXIT.ok : EXIT.unreachable;
}

function toldAll({ notifications }: AlertsReport): boolean {
  return (notifications ?? []).every(({ outcome }) => outcome !== 'failed' && outcome !== 'unknown');
}

function textOf(report: AlertsReport, rows: readonly AlertRow[], format: Format, flags: AlertsFlags): string {
  if (format === 'json') return toJson({ ...report, alerts: rows.map(withoutAge) });
  if (format === 'ndjson') return renderNdjson(rows.map(withoutAge));
  const terminal = terminalFor(process.stdout, { color: flags.color, toFile: flags.output !== undefined });
  const columns = selectColumns(ALERT_COLUMNS, flags.columns, WIDE);
  if (format === 'csv') return renderCsv(rows, flags.columns === undefined ? ALERT_COLUMNS : columns);
  if (format === 'markdown') return alertsMarkdown(report, rows, columns);
  const text = flags.columns === undefined ? alertsText(report, rows, terminal) : alertsTable(rows, columns, terminal);
  return flags['dry-run'] ? `${text}\n\n${notificationsText(report.notifications ?? [], terminal)}` : text;
}

function withoutAge({ ageSeconds: _, ...alert }: AlertRow): AlertsReport['alerts'][number] {
  return alert;
}
