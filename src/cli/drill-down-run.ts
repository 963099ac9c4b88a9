import { parseDuration } from '../core/domain/window.js';
import { RcmError } from '../core/errors.js';
import { noteCommand } from '../core/services/acts/note-command.js';
import { type DrillDownResult, drillDown } from '../core/services/drill-down/drill-down.js';
import type { Ports } from '../core/services/ports.js';
import { actorOf } from './actor.js';
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

/** A report, and what the look is noted with. */
interface Run extends DrillDownResult {
  ports: Pick<Ports, 'config' | 'store' | 'clock'>;
}

/** One run of `drill-down`, with its progress drawn meanwhile. */
export async function runDrillDown(context: Context, word: string, flags: DrillDownFlags): Promise<Run> {
  if (flags['from-snapshot']) {
    const { drillDownFromSnapshot } = await import('../core/services/drill-down/from-snapshot.js');
    const ports = { config: context.loaded.config, store: await context.store(), clock: () => new Date() };
    return { ...(await drillDownFromSnapshot(ports, word)), ports };
  }
  const ports = await context.ports();
  const progress = scanProgress(process.stderr);
  try {
    const result = await drillDown(progress.onProgress ? { ...ports, onProgress: progress.onProgress } : ports, word, {
      windowMs: parseDuration(ports.config.window) as number,
      keys: flags.keys,
      fresh: flags.fresh,
      maxRate: flags['max-rate'],
    });
    return { ...result, ports };
  } finally {
    progress.done();
  }
}

/** Notes that somebody looked at the company. Data for a program is no look: one that polls would fill the log. */
export async function noteLook({ report, ports }: Run, format: Format): Promise<void> {
  const { store } = ports;
  if (store instanceof RcmError || (format !== 'table' && format !== 'markdown')) return;
  await noteCommand({ ...ports, store }, report.company.companyId, { command: 'drill-down' }, actorOf(undefined));
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
