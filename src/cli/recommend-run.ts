import type { Risk } from '../core/domain/recommend/advice.js';
import { parseDuration } from '../core/domain/window.js';
import { EXIT, type ExitCode, RcmError } from '../core/errors.js';
import { type RecommendResult, recommend } from '../core/services/recommend/recommend.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import { scanProgress } from './progress.js';
import { renderList } from './table/list.js';
import { assertSelection, type Selection, selectRows } from './table/select.js';
import { terminalFor } from './terminal.js';
import {
  ADVICE_COLUMNS,
  adviceRows,
  recommendJson,
  recommendMarkdown,
  recommendTable,
  recommendText,
} from './views/recommend.js';

interface RecommendFlags extends Selection {
  output?: string | undefined;
  color?: boolean | undefined;
  risk?: Risk | undefined;
  'min-saving'?: string | undefined;
  'max-rate'?: number | undefined;
  fresh: boolean;
}

interface RecommendOutcome {
  text: string;
  warnings: string[];
  exitCode: ExitCode;
}

/** One run of `recommend`. @throws RCM_USAGE before anything is measured; RCM_REDIS_*, RCM_COMPANY_* */
export async function recommendRun(
  context: Context,
  word: string | undefined,
  flags: RecommendFlags,
  format: Format,
): Promise<RecommendOutcome> {
  assertSelection(ADVICE_COLUMNS, flags, format);
  const minSaving = dollarsOf(flags['min-saving']);
  const { report, complete } = await measured(context, word, flags, minSaving);
  const rows = selectRows(adviceRows(report), ADVICE_COLUMNS, flags);
  const terminal = terminalFor(process.stdout, { color: flags.color, toFile: flags.output !== undefined });
  const text = renderList(
    rows,
    ADVICE_COLUMNS,
    { format, columns: flags.columns, terminal },
    {
      json: () => recommendJson(report, rows),
      text: (columns) =>
        flags.columns === undefined ? recommendText(report, rows, terminal) : recommendTable(rows, columns, terminal),
      markdown: (columns) => recommendMarkdown(report, rows, columns),
    },
  );
  return { text, warnings: report.warnings, exitCode: complete ? EXIT.ok : EXIT.unreachable };
}

async function measured(
  context: Context,
  word: string | undefined,
  flags: RecommendFlags,
  minSaving: number | undefined,
): Promise<RecommendResult> {
  const ports = await context.ports();
  const progress = scanProgress(process.stderr);
  try {
    return await recommend(progress.onProgress ? { ...ports, onProgress: progress.onProgress } : ports, {
      windowMs: parseDuration(ports.config.window) as number,
      companyId: word,
      risk: flags.risk,
      minSaving,
      fresh: flags.fresh,
      maxRate: flags['max-rate'],
    });
  } finally {
    progress.done();
  }
}

/** `1.50` or `$1.50`. @throws RCM_USAGE */
function dollarsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const found = /^\$?(\d+(?:\.\d+)?|\.\d+)$/.exec(text.trim());
  if (found) return Number(found[1]);
  throw new RcmError('RCM_USAGE', `--min-saving ${text} is no amount of dollars`, 'Example: --min-saving 0.50.');
}
