import { RcmError } from '../core/errors.js';
import { companyPresets, presetsReport } from '../core/services/ttl/presets.js';
import type { TtlPresetsReport } from '../core/services/ttl/report.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import { scanProgress } from './progress.js';
import { renderList } from './table/list.js';
import { renderTable } from './table/render.js';
import { assertSelection, type Selection, selectRows } from './table/select.js';
import { terminalFor } from './terminal.js';
import { PRESET_COLUMNS, presetsText } from './views/ttl/presets.js';

interface TtlPresetsFlags extends Selection {
  segment?: string | undefined;
  output?: string | undefined;
  color?: boolean | undefined;
}

/** One run of `ttl presets`. @throws RCM_USAGE before anything is read; what the services throw */
export async function runTtlPresets(
  context: Context,
  word: string | undefined,
  flags: TtlPresetsFlags,
  format: Format,
): Promise<{ text: string; report: TtlPresetsReport; complete: boolean }> {
  assertSelection(PRESET_COLUMNS, flags, format);
  if (word === undefined && flags.segment !== undefined)
    throw new RcmError('RCM_USAGE', '--segment needs a company', 'Name the company whose accesses shall be looked at.');
  const { report, complete } =
    word === undefined ? { report: presetsReport(new Date()), complete: true } : await ofCompany(context, word, flags);
  const rows = selectRows(report.presets, PRESET_COLUMNS, flags);
  const terminal = terminalFor(process.stdout, { color: flags.color, toFile: flags.output !== undefined });
  const text = renderList(
    rows,
    PRESET_COLUMNS,
    { format, columns: flags.columns, terminal },
    {
      json: () => ({ ...report, presets: rows }),
      text: (shown) =>
        flags.columns === undefined ? presetsText(report, rows, terminal) : renderTable(rows, shown, terminal),
    },
  );
  return { text, report, complete };
}

async function ofCompany(context: Context, word: string, { segment }: TtlPresetsFlags) {
  const ports = await context.ports();
  const { onProgress, done } = scanProgress(process.stderr);
  return companyPresets(onProgress ? { ...ports, onProgress } : ports, word, segment ?? null).finally(done);
}
