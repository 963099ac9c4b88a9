import { access } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { ClearParams } from '../../../domain/fix/plan.js';
import { ERROR_CODES, type ErrorCode, RcmError } from '../../../errors.js';
import { makeFolder } from '../../../make-folder.js';
import { removeDeadLease } from '../../../redis/lease.js';
import { clear } from '../../clear/clear.js';
import { type InspectedBackup, inspectBackup } from '../../restore/inspect.js';
import { restore } from '../../restore/restore.js';
import type { OpenFix } from '../journal.js';
import { NotYet } from '../lock.js';
import { assertOrphan } from '../orphans.js';
import type { StepExecutor } from './step.js';

/** Where the backup is: other machines do not see it. */
interface Kept {
  backup: string;
  host: string;
  /** Machines that went on with it: each saved what it cleared in a file of that name of its own. */
  others?: string[];
}

const keptOf = (fix: OpenFix, place: number) => fix.step(place).undo as unknown as Kept;
const hostsOf = ({ host, others = [] }: Kept): string[] => [...new Set([host, ...others])];
const paramsOf = (fix: OpenFix, place: number) => fix.step(place).params as unknown as ClearParams;

/** Clears the company's cache, each key saved before it goes. Undone, keys come back only when that is asked for. */
export const clearStep: StepExecutor = {
  destroys: true,

  async prepare(fix, place) {
    const { orphan, force, backup } = paramsOf(fix, place);
    if (orphan) await assertOrphan(fix.ports, fix.companyId, force);
    await assertNewBackup(backup);
    makeFolder(dirname(backup));
    return { backup, host: hostname() } satisfies Kept as Record<string, unknown>;
  },

  async apply(fix, place) {
    const { ports, companyId, act } = fix;
    const { orphan, force, backup, allowSlow } = paramsOf(fix, place);
    const kept = keptOf(fix, place);
    const { host } = kept;
    // New when the step was prepared: one that is there was begun by a run of this step that was interrupted.
    const again = await exists(backup);
    if (host !== hostname()) {
      fix.warnings.push(`Keys that went first are saved on ${host}, in ${backup}.`);
      await fix.saveStep(place, { undo: { ...kept, others: [...(kept.others ?? []), hostname()] } });
    }
    // Again, at the last moment: the company may have come (back) while somebody was asked.
    if (orphan) await assertOrphan(ports, companyId, force);
    // A clear of ours that was killed leaves its lease; who else clears this company now keeps his.
    await removeDeadLease(ports.redis.client, `clear:${companyId}`);
    const companyName = (fix.record.before.companyName as string | null | undefined) ?? null;
    const request = { companies: [{ companyId, companyName }], filter: {}, allowSlow, ...act };
    const report = await clear(ports, { ...request, backup, unlogged: ports.unlogged }).catch((error: unknown) => {
      // Interrupted between the end of the backup and the note of it.
      if (error instanceof RcmError && error.code === 'RCM_BACKUP_EXISTS' && again) return null;
      // It throws only while nothing was removed: another run has the company's keys or the file.
      if (error instanceof RcmError && error.code === 'RCM_CONFLICT') throw new NotYet(error.message);
      throw error;
    });
    if (report === null) return;
    fix.warnings.push(...report.warnings);
    if (report.success) return;
    if (report.stoppedBy === 'interrupt') throw ports.signal?.reason ?? new Error('interrupted');
    const { code, message, hint } = report.error ?? { code: 'RCM_CONFLICT', message: 'Keys were left', hint: '' };
    throw new RcmError(code in ERROR_CODES ? (code as ErrorCode) : 'RCM_CONFLICT', message, hint);
  },

  async assertUndoable(fix, place, { withKeys }) {
    if (!withKeys) return;
    const { backup } = paramsOf(fix, place);
    if (await exists(backup)) return (await ownBackup(fix, backup)).reader.close();
    throw new RcmError(
      'RCM_BACKUP_INVALID',
      `The backup of the cleared keys is not there: ${backup} on ${hostsOf(keptOf(fix, place)).join(' and ')}`,
      'Nothing was changed. Undo without --with-keys, or bring the file there.',
    );
  },

  async undo(fix, place, { withKeys }) {
    if (!withKeys) return {};
    const { ports, act } = fix;
    // One that was cut off holds every key that went.
    const file = paramsOf(fix, place).backup;
    const elsewhere = hostsOf(keptOf(fix, place)).filter((host) => host !== hostname());
    if (elsewhere.length > 0 && keptOf(fix, place).others !== undefined)
      fix.warnings.push(
        `Other keys of it are saved on ${elsewhere.join(', ')}, in ${file}: \`rcm restore\` puts them back there.`,
      );
    if (!(await exists(file))) {
      const { host } = keptOf(fix, place);
      // Interrupted before a key went: there is nothing to put back.
      if (!fix.step(place).done && host === hostname()) return {};
      throw new RcmError('RCM_BACKUP_INVALID', `The backup is on ${host}: ${file}`, 'Bring the file here.');
    }
    const backup = await ownBackup(fix, file);
    try {
      const options = { replace: false, dryRun: false, maxRate: undefined, unlogged: ports.unlogged };
      const report = await restore(ports, backup, { ...act, ...options });
      fix.warnings.push(...report.warnings);
      if (report.stoppedBy === 'interrupt') throw ports.signal?.reason ?? new Error('interrupted');
      if (!report.success) {
        const { code, message, hint } = report.error ?? { code: '', message: 'Keys were not put back', hint: '' };
        throw new RcmError(code in ERROR_CODES ? (code as ErrorCode) : 'RCM_CONFLICT', message, hint);
      }
      return { restoredKeys: report.restoredKeys };
    } finally {
      await backup.reader.close();
    }
  },
};

/** Close its reader. @throws RCM_BACKUP_INVALID when the file holds keys of others: it was put there since */
async function ownBackup({ ports, companyId }: OpenFix, file: string): Promise<InspectedBackup> {
  const backup = await inspectBackup(file, ports.config.keyTemplates, true);
  const other = [...backup.keysOf.keys()].find((id) => id !== companyId);
  if (other === undefined) return backup;
  await backup.reader.close();
  throw new RcmError(
    'RCM_BACKUP_INVALID',
    `${file} is not the backup of this fix: it holds keys of ${other === '' ? 'no company' : `'${other}'`}`,
    'None of its keys was put back. Undo without --with-keys, or bring the right file there.',
  );
}

/** @throws RCM_BACKUP_EXISTS */
export async function assertNewBackup(file: string): Promise<void> {
  if (await exists(file))
    throw new RcmError(
      'RCM_BACKUP_EXISTS',
      `There is a file ${file} already`,
      'Nothing was cleared. Choose another --backup.',
    );
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
