import { parseDuration } from '../core/domain/window.js';
import { EXIT, type ExitCode, RcmError } from '../core/errors.js';
import { type ReportRequest, type ReportResult, report, reportFromSnapshot } from '../core/services/report/gather.js';
import type { PlatformReport } from '../core/services/report/report.js';
import type { Context } from './context.js';
import { portsForFix } from './fix-ports.js';
import { toJson } from './output.js';
import { scanProgress } from './progress.js';
import type { SurveyFlags } from './surveyor.js';
import { renderCsv } from './table/render.js';
import { timeRange } from './time-range.js';
import { COMPANIES_CSV } from './views/report/columns.js';
import { reportJson } from './views/report/json.js';
import { reportMarkdown } from './views/report/markdown.js';
import { reportHtml } from './views/report/page.js';

export type ReportFormat = 'html' | 'json' | 'markdown' | 'csv';

interface ReportFlags extends SurveyFlags {
  output?: string | undefined;
  since: string;
  title: string;
}

/** One run of `report`. @throws RCM_USAGE before anything is measured; RCM_REDIS_*; with --from-snapshot RCM_SNAPSHOT_MISSING */
export async function reportRun(
  context: Context,
  flags: ReportFlags,
  format: ReportFormat,
): Promise<{ text: string; warnings: string[]; exitCode: ExitCode }> {
  if (format === 'html' && flags.output === undefined && process.stdout.isTTY)
    throw new RcmError(
      'RCM_USAGE',
      'A page of HTML is not for a terminal',
      'Name a file with --output report.html, pipe it, or choose --format markdown.',
    );
  const { report: found, complete } = await measured(context, flags);
  const { warnings } = found;
  return { text: textOf(reportJson(found), format), warnings, exitCode: complete ? EXIT.ok : EXIT.unreachable };
}

async function measured(context: Context, flags: ReportFlags): Promise<ReportResult> {
  const now = new Date();
  const since = timeRange(flags, now).since as Date;
  if (since >= now) throw new RcmError('RCM_USAGE', '--since is not in the past', 'Examples: 7d, 30d, 2026-03-01.');
  const { config } = context.loaded;
  const { title } = flags;
  if (flags['from-snapshot']) return reportFromSnapshot(await context.store(), config, { since, title }, now);
  const ports = await context.ports();
  const fixPorts = ports.store instanceof RcmError ? null : portsForFix(context, ports);
  const progress = scanProgress(process.stderr);
  const { exact, fresh, 'allow-slow': allowSlow, 'max-rate': maxRate } = flags;
  const request: ReportRequest = {
    windowMs: parseDuration(config.window) as number,
    ...{ since, title, exact, fresh, allowSlow },
    ...(maxRate === undefined ? {} : { maxRate }),
  };
  try {
    return await report(progress.onProgress ? { ...ports, onProgress: progress.onProgress } : ports, fixPorts, request);
  } finally {
    progress.done();
  }
}

function textOf(report: PlatformReport, format: ReportFormat): string {
  if (format === 'json') return toJson(report);
  if (format === 'markdown') return reportMarkdown(report);
  return format === 'csv' ? renderCsv(report.companies, COMPANIES_CSV) : reportHtml(report);
}
