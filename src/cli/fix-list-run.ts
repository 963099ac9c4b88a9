import { EXIT, type ExitCode, RcmError } from '../core/errors.js';
import { namesIn } from '../core/services/company/names.js';
import { resolveCompany } from '../core/services/company/resolve.js';
import { listFixes } from '../core/services/fix/list.js';
import { recoverFixes } from '../core/services/fix/recover.js';
import type { FixListReport } from '../core/services/fix/report.js';
import { actorOf } from './actor.js';
import type { Context } from './context.js';
import { portsForFix, tellRecovered } from './fix-ports.js';
import type { Format } from './flags.js';
import { renderList } from './table/list.js';
import { renderTable } from './table/render.js';
import { assertSelection, type Selection, selectRows } from './table/select.js';
import { terminalFor } from './terminal.js';
import { FIX_COLUMNS } from './views/fix-list.js';

interface FixListFlags extends Selection {
  output?: string | undefined;
  color?: boolean | undefined;
}

/** More fixes than this are not looked at. */
const MOST = 1000;

/** One run of `fix list`. @throws RCM_USAGE before anything is asked; RCM_STORE_*, RCM_MONGODB_* */
export async function fixListRun(
  context: Context,
  word: string | undefined,
  flags: FixListFlags,
  format: Format,
): Promise<{ text: string; warnings: string[]; exitCode: ExitCode }> {
  assertSelection(FIX_COLUMNS, flags, format);
  const { redis, ...rest } = await context.portsOrErrors();
  const { store } = rest;
  if (store instanceof RcmError) throw store;
  const listing = await store.companies.list();
  const companyId = word === undefined ? undefined : resolveCompany(word, listing, { parts: true }).companyId;
  const away = redis instanceof RcmError ? redis : null;
  const ports = redis instanceof RcmError ? null : portsForFix(context, { ...rest, redis });
  const recovered = ports === null ? [] : await recoverFixes(ports, { actor: actorOf(undefined), reason: null });
  tellRecovered(recovered);
  const filter = { ...(companyId !== undefined && { companyId }), limit: MOST };
  const { fixes, warnings } = await listFixes(store, ports, filter, namesIn(listing));
  const rows = selectRows(fixes, FIX_COLUMNS, flags);
  const complete = away === null && warnings.length === 0;
  if (away) warnings.unshift(`Nothing was measured, or finished of what was interrupted: ${away.message}.`);
  const report: FixListReport = { generatedAt: new Date(), fixes: rows, recovered, complete, warnings };
  const terminal = terminalFor(process.stdout, { color: flags.color, toFile: flags.output !== undefined });
  const text = renderList(
    rows,
    FIX_COLUMNS,
    { format, columns: flags.columns, terminal },
    {
      json: () => report,
      text: (columns) => (rows.length === 0 ? 'No fixes.' : renderTable(rows, columns, terminal)),
    },
  );
  return { text, warnings, exitCode: complete ? EXIT.ok : EXIT.unreachable };
}
