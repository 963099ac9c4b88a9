import { companiesOf } from '../core/services/company/resolve.js';
import { undoReportOf } from '../core/services/fix/make-report.js';
import type { FixPorts } from '../core/services/fix/ports.js';
import { recoverFixes } from '../core/services/fix/recover.js';
import { assertUndoable, undoableFix, undoFix } from '../core/services/fix/undo.js';
import { actorOf } from './actor.js';
import { ChangeOutput } from './change-output.js';
import { confirm } from './confirm.js';
import type { Context } from './context.js';
import { portsForFix, tellRecovered } from './fix-ports.js';
import { undoText } from './views/fix.js';

export interface FixUndoFlags {
  json: boolean;
  format?: 'table' | 'json' | undefined;
  color?: boolean | undefined;
  'with-keys': boolean;
  force: boolean;
  'dry-run': boolean;
  yes: boolean;
  reason?: string | undefined;
  actor?: string | undefined;
}

/** One run of `fix undo`. */
export async function fixUndoRun(context: Context, fixId: string, flags: FixUndoFlags): Promise<void> {
  const output = new ChangeOutput(context, flags);
  output.assertCanConfirm();
  const ports = portsForFix(context, await context.ports());
  const act = { actor: actorOf(flags.actor), reason: flags.reason ?? null };
  const recovered = flags['dry-run'] ? [] : await recoverFixes(ports, act);
  tellRecovered(recovered);
  const options = { withKeys: flags['with-keys'], force: flags.force };
  const record = await undoableFix(ports, fixId, options);
  await assertUndoable(ports, record, options);
  const warnings = await warningsOf(ports, record.companyId, flags['with-keys']);
  const shown = { record, withKeys: options.withKeys, outcome: null, recovered, warnings };
  if (flags['dry-run']) return output.print(undoReportOf(shown, new Date()), undoText);
  if (!flags.yes) {
    output.talk((terminal) =>
      [undoText(undoReportOf(shown, new Date()), terminal), ...warnings.map((warning) => `Warning: ${warning}`)].join(
        '\n',
      ),
    );
    await confirm(`Undo ${fixId}?`, context.signal);
  }
  const outcome = await undoFix(ports, fixId, options, act);
  output.finish(
    undoReportOf({ ...shown, outcome }, new Date()),
    undoText,
    () => 'the next `rcm fix` command goes on with it.',
  );
}

async function warningsOf({ store }: FixPorts, companyId: string, withKeys: boolean): Promise<string[]> {
  const listing = await store.companies.list();
  const ids = companiesOf(listing).map((company) => company.companyId);
  return [
    ...(withKeys ? ['Keys that are put back may be stale: they are as they were when they were cleared.'] : []),
    ...(ids.length > 0 && !ids.includes(companyId) ? [`'${companyId}' is in the company collection no longer.`] : []),
  ];
}
