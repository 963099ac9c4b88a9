import { type StatsResult, stats } from '../core/services/stats/stats.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import { toJson } from './output.js';
import { type SurveyFlags, Surveyor } from './surveyor.js';
import { renderCsv, renderNdjson } from './table/render.js';
import { terminalFor } from './terminal.js';
import { statsJson, statsMarkdown, statsText } from './views/stats.js';
import { FIGURES } from './views/stats-figures.js';

interface StatsFlags extends SurveyFlags {
  output?: string | undefined;
  color?: boolean | undefined;
}

/** One run of `stats`. @throws RCM_REDIS_*; with --from-snapshot RCM_SNAPSHOT_MISSING */
export async function statsRun(
  context: Context,
  flags: StatsFlags,
  format: Format,
): Promise<{ text: string; warnings: string[]; complete: boolean }> {
  const { report, complete } = stats(await new Surveyor(context, flags).survey());
  return { text: textOf(report, format, flags), warnings: report.warnings, complete };
}

function textOf(report: StatsResult['report'], format: Format, { color, output }: StatsFlags): string {
  if (format === 'json') return toJson(statsJson(report));
  if (format === 'ndjson') return renderNdjson([statsJson(report)]);
  if (format === 'csv') return renderCsv([report], FIGURES);
  if (format === 'markdown') return statsMarkdown(report);
  return statsText(report, terminalFor(process.stdout, { color, toFile: output !== undefined }));
}
