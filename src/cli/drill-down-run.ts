import { parseDuration } from '../core/domain/window.js';
import { RcmError } from '../core/errors.js';
import { type DrillDownResult, drillDown } from '../core/services/drill-down/drill-down.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import { toJson } from './output.js';
import { scanProgress } from './progress.js';
import { renderCsv, renderNdjson } from './table/render.js';
import { terminalFor } from './terminal.js';
import { drillDownJson, drillDownMarkdown, drillDownText } from './views/drill-down/index.js';
import { KEY_COLUMNS } from './views/drill-down/keys.js';

interface DrillDownFlags {
  keys: number;
  fresh: boolean;
  color?: boolean | undefined;
  output?: string | undefined;
  'max-rate'?: number | undefined;
  'from-snapshot': boolean;
}

/** One run of `drill-down`, with its progress drawn meanwhile. */
export async function runDrillDown(context: Context, word: string, flags: DrillDownFlags): Promise<DrillDownResult> {
  if (flags['from-snapshot']) {
    const { drillDownFromSnapshot } = await import('../core/services/drill-down/from-snapshot.js');
    const { config } = context.loaded;
    return drillDownFromSnapshot({ config, store: await context.store(), clock: () => new Date() }, word);
  }
  const ports = await context.ports();
  const progress = scanProgress(process.stderr);
  try {
    return await drillDown(progress.onProgress ? { ...ports, onProgress: progress.onProgress } : ports, word, {
      windowMs: parseDuration(ports.config.window) as number,
      keys: flags.keys,
      fresh: flags.fresh,
      maxRate: flags['max-rate'],
    });
  } finally {
    progress.done();
  }
}

/** Rows are keys, which a snapshot does not hold. @throws RCM_USAGE */
export function assertFormatFits(format: Format, flags: Pick<DrillDownFlags, 'from-snapshot'>): void {
  if (flags['from-snapshot'] && (format === 'csv' || format === 'ndjson'))
    throw new RcmError(
      'RCM_USAGE',
      `--format ${format} prints a company's keys, and a snapshot holds none`,
      'Take --format json, or leave out --from-snapshot.',
    );
}

/** The report in a format; as rows, it is its keys. */
export function drillDownIn(format: Format, { report }: DrillDownResult, flags: DrillDownFlags): string {
  if (format === 'json') return toJson(drillDownJson(report));
  if (format === 'ndjson') return renderNdjson(report.metrics.cachedKeys ?? []);
  if (format === 'csv') return renderCsv(report.metrics.cachedKeys ?? [], KEY_COLUMNS);
  if (format === 'markdown') return drillDownMarkdown(report);
  return drillDownText(report, terminalFor(process.stdout, { color: flags.color, toFile: flags.output !== undefined }));
}
