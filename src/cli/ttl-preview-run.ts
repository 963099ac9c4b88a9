import { RcmError } from '../core/errors.js';
import { readTraceCsv } from '../core/services/access/read-trace-csv.js';
import { type FileTrace, previewTrace, previewTtl } from '../core/services/ttl/preview.js';
import type { TtlPreviewReport } from '../core/services/ttl/report.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import { scanProgress } from './progress.js';
import { renderList } from './table/list.js';
import { assertSelection, type Selection, selectRows } from './table/select.js';
import { terminalFor } from './terminal.js';
import { ttlList } from './ttl-durations.js';
import { shownColumns, TTL_COLUMNS, ttlPreviewMarkdown, ttlPreviewText } from './views/ttl/preview.js';

interface TtlPreviewFlags extends Selection {
  ttl?: string | undefined;
  trace?: string | undefined;
  'sampled-share'?: string | undefined;
  'refresh-on-write'?: boolean | undefined;
  'warm-up'?: boolean | undefined;
  output?: string | undefined;
  color?: boolean | undefined;
}

interface Previewed {
  report: TtlPreviewReport;
  complete: boolean;
}

/** One run of `ttl preview`. @throws RCM_USAGE before a server is asked; what the services throw */
export async function runTtlPreview(
  context: Context,
  word: string | undefined,
  flags: TtlPreviewFlags,
  format: Format,
): Promise<Previewed & { text: string }> {
  assertSelection(TTL_COLUMNS, flags, format);
  if (word === undefined && flags.trace === undefined)
    throw new RcmError('RCM_USAGE', 'Which company?', 'Name one, or give accesses with --trace FILE.csv.');
  const request = {
    ttls: flags.ttl === undefined ? null : ttlList(flags.ttl, '--ttl'),
    refreshOnWrite: flags['refresh-on-write'],
    warmUp: flags['warm-up'],
  };
  const trace = await traceOf(context, flags);
  const previewed =
    word === undefined && trace !== null
      ? { report: previewTrace(trace, request, new Date()), complete: true }
      : await ofCompany(context, word as string, request, trace);
  return { ...previewed, text: textOf(previewed.report, flags, format) };
}

async function ofCompany(
  context: Context,
  word: string,
  request: Parameters<typeof previewTtl>[2],
  trace: FileTrace | null,
): Promise<Previewed> {
  const ports = await context.ports();
  const { onProgress, done } = scanProgress(process.stderr);
  return previewTtl(onProgress ? { ...ports, onProgress } : ports, word, request, trace).finally(done);
}

async function traceOf({ signal }: Context, flags: TtlPreviewFlags): Promise<FileTrace | null> {
  if (flags.trace === undefined) return null;
  const sampledShare = shareOf(flags['sampled-share']);
  const trace = await readTraceCsv(flags.trace, process.stdin, signal);
  const { 'refresh-on-write': refreshOnWrite = false, 'warm-up': warmUp = false } = flags;
  return { file: flags.trace, trace, options: { sampledShare, refreshOnWrite, warmUp } };
}

function shareOf(text: string | undefined): number {
  const share = text === undefined ? 1 : Number(text);
  if (share > 0 && share <= 1) return share;
  throw new RcmError(
    'RCM_USAGE',
    `--sampled-share '${text}' is no share of the keys`,
    'Give more than 0, at most 1, e.g. 0.1.',
  );
}

function textOf(report: TtlPreviewReport, flags: TtlPreviewFlags, format: Format): string {
  const rows = selectRows(report.predictions, TTL_COLUMNS, flags);
  const people = format === 'table' || format === 'markdown';
  const columns = people && flags.columns === undefined ? shownColumns(report, TTL_COLUMNS) : TTL_COLUMNS;
  const terminal = terminalFor(process.stdout, { color: flags.color, toFile: flags.output !== undefined });
  return renderList(
    rows,
    columns,
    { format, columns: flags.columns, terminal },
    {
      json: () => ({ ...report, predictions: rows }),
      markdown: (shown) => ttlPreviewMarkdown(report, rows, shown),
      text: (shown) => ttlPreviewText(report, rows, shown, terminal),
    },
  );
}
