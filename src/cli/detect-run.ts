import type { IssueCode } from '../core/domain/detect/issue.js';
import type { Severity } from '../core/domain/issue.js';
import { parseDuration } from '../core/domain/window.js';
import { EXIT, type ExitCode } from '../core/errors.js';
import { type DetectResult, detect } from '../core/services/detect/detect.js';
import type { DetectReport } from '../core/services/detect/report.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import { toJson } from './output.js';
import { scanProgress } from './progress.js';
import { renderCsv, renderNdjson } from './table/render.js';
import { assertSelection, type Selection, selectColumns, selectRows } from './table/select.js';
import { terminalFor, WIDE } from './terminal.js';
import { DETECT_COLUMNS, type DetectRow, detectMarkdown, detectRows, detectTable, detectText } from './views/detect.js';

interface DetectFlags extends Selection {
  output?: string | undefined;
  color?: boolean | undefined;
  code?: IssueCode[] | undefined;
  severity?: Severity | undefined;
  'fail-on'?: Severity | undefined;
  'max-rate'?: number | undefined;
  fresh: boolean;
}

/** What a run gives: text is null where silence says that nothing was found. */
interface DetectOutcome {
  text: string | null;
  warnings: string[];
  exitCode: ExitCode;
}

/** One run of `detect`. @throws RCM_USAGE before anything is measured; RCM_REDIS_*, RCM_COMPANY_* */
export async function detectRun(
  context: Context,
  word: string | undefined,
  flags: DetectFlags,
  format: Format,
): Promise<DetectOutcome> {
  assertSelection(DETECT_COLUMNS, flags, format);
  const { report } = await measured(context, word, flags);
  const exitCode = exitCodeOf(report, flags['fail-on']);
  const wanted = detectRows(report).filter(
    ({ severity, code }) =>
      (flags.severity === undefined || severity === flags.severity) &&
      (flags.code === undefined || flags.code.includes(code)),
  );
  const rows = selectRows(wanted, DETECT_COLUMNS, flags);
  // Cron mails whatever is printed: nothing to show is no mail.
  const seen = process.stdout.isTTY || flags.output !== undefined || !LINES_ONLY.includes(format);
  if (!seen && rows.length === 0 && report.complete) return { text: null, warnings: [], exitCode };
  return { text: textOf(report, rows, format, flags), warnings: report.warnings, exitCode };
}

/** Formats that say nothing where there is no issue. */
const LINES_ONLY: readonly Format[] = ['table', 'ndjson'];

async function measured(context: Context, word: string | undefined, flags: DetectFlags): Promise<DetectResult> {
  const ports = await context.ports();
  const progress = scanProgress(process.stderr);
  try {
    return await detect(progress.onProgress ? { ...ports, onProgress: progress.onProgress } : ports, {
      windowMs: parseDuration(ports.config.window) as number,
      companyId: word,
      fresh: flags.fresh,
      maxRate: flags['max-rate'],
    });
  } finally {
    progress.done();
  }
}

/** A breach is certain whatever else is unknown; without --fail-on there is none. */
function exitCodeOf({ worst, complete }: DetectReport, failOn: Severity | undefined): ExitCode {
  if (failOn !== undefined && worst === 'critical') return EXIT.gateCritical;
  if (failOn === 'warning' && worst === 'warning') return EXIT.gateWarning;
  return complete ? EXIT.ok : EXIT.unreachable;
}

function textOf(report: DetectReport, rows: readonly DetectRow[], format: Format, flags: DetectFlags): string {
  if (format === 'json') return toJson({ ...report, issues: rows.map(withoutAge) });
  if (format === 'ndjson') return renderNdjson(rows.map(withoutAge));
  const terminal = terminalFor(process.stdout, { color: flags.color, toFile: flags.output !== undefined });
  const columns = selectColumns(DETECT_COLUMNS, flags.columns, WIDE);
  if (format === 'csv') return renderCsv(rows, flags.columns === undefined ? DETECT_COLUMNS : columns);
  if (format === 'markdown') return detectMarkdown(report, rows, columns);
  return flags.columns === undefined ? detectText(report, rows, terminal) : detectTable(rows, columns, terminal);
}

function withoutAge({ ageSeconds: _, ...issue }: DetectRow): DetectReport['issues'][number] {
  return issue;
}
