import { RcmError } from '../core/errors.js';
import { assertIsKnown } from '../core/services/company/candidates.js';
import { resolveCompany } from '../core/services/company/resolve.js';
import { applyFix } from '../core/services/fix/apply.js';
import { fixReportOf } from '../core/services/fix/make-report.js';
import { noteOffer } from '../core/services/fix/note.js';
import type { FixPorts } from '../core/services/fix/ports.js';
import { fixableIssue, type PreparedFix, prepareFix } from '../core/services/fix/prepare.js';
import { type RecoveredFix, recoverFixes } from '../core/services/fix/recover.js';
import { actorOf } from './actor.js';
import { ChangeOutput } from './change-output.js';
import { confirm, isInteractive } from './confirm.js';
import type { Context } from './context.js';
import { portsForFix, tellRecovered } from './fix-ports.js';
import { fixPreviewText, fixText } from './views/fix.js';

export interface FixFlags {
  json: boolean;
  format?: 'table' | 'json' | undefined;
  color?: boolean | undefined;
  force: boolean;
  backup?: string | undefined;
  'allow-slow': boolean;
  'dry-run': boolean;
  yes: boolean;
  reason?: string | undefined;
  actor?: string | undefined;
}

/** One run of `fix`: what is there, what would be done about it, whether that is wanted, and then it is done. */
export async function fixRun(
  context: Context,
  words: { company: string; issue: string },
  flags: FixFlags,
): Promise<void> {
  const code = fixableIssue(words.issue);
  const output = new ChangeOutput(context, flags);
  output.assertCanConfirm();
  const ports = portsForFix(context, await context.ports());
  const act = { actor: actorOf(flags.actor), reason: flags.reason ?? null };
  // A dry run changes nothing, not even what was interrupted.
  const recovered = flags['dry-run'] ? [] : await recoverFixes(ports, act);
  tellRecovered(recovered);
  const company = await companyOf(ports, words.company, isInteractive() && !flags.yes);
  const progress = output.progress('Looking at the company');
  const prepared = await prepareFix(
    { ...ports, ...progress.port },
    { company, code, force: flags.force, backup: flags.backup, allowSlow: flags['allow-slow'] },
  ).finally(progress.done);
  const offered = { companyId: company.companyId, code };
  await noteOffer(ports, offered, 'offered', act.actor);
  if (flags['dry-run']) return output.print(reported(prepared, recovered), fixText);
  if (!flags.yes) {
    output.talk((terminal) => fixPreviewText(reported(prepared, recovered), terminal));
    await confirm(`${prepared.name}?`, context.signal).catch(async (error: unknown) => {
      if (error instanceof RcmError) await noteOffer(ports, offered, 'declined', act.actor);
      throw error;
    });
  }
  await noteOffer(ports, offered, 'taken', act.actor);
  const outcome = await applyFix(ports, prepared, act);
  output.finish(fixReportOf(prepared, outcome, recovered, new Date()), fixText, ({ status }) =>
    status === 'rolled_back'
      ? 'what was done was taken back.'
      : 'the next `rcm fix` command finishes it or takes it back.',
  );
}

function reported(prepared: PreparedFix, recovered: RecoveredFix[]) {
  return fixReportOf(prepared, null, recovered, new Date());
}

async function companyOf(ports: FixPorts, word: string, parts: boolean) {
  const listing = await ports.store.companies.list();
  const company = resolveCompany(word, listing, { parts });
  await assertIsKnown(ports, company, listing);
  return { companyId: company.companyId, companyName: company.companyName };
}
