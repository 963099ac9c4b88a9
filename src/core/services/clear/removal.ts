import { rm } from 'node:fs/promises';
import type { BackupHeader } from '../../backup/format.js';
import { BackupWriter } from '../../backup/writer.js';
import { formatBytes } from '../../domain/format.js';
import { messageOf, RcmError } from '../../errors.js';
import { addCounters } from '../../redis/counters.js';
import { readServerInfo } from '../../redis/server-info.js';
import { type Act, ActLog, type ActPart } from '../acts/act-log.js';
import type { Ports } from '../ports.js';
import { primaries } from '../primaries.js';
import { lockCompanies } from './locks.js';
import type { ClearReport } from './report.js';
import type { ClearedCompany } from './request.js';
import { type RunOptions, runRemoval, type Stop } from './run.js';
import { RemovalTally } from './tally.js';

/** A removal of keys, whatever chose them. */
export interface Removal extends Act {
  /** As typed: `clear`, `keys delete`. */
  command: string;
  companies: readonly ClearedCompany[];
  /** How the keys were chosen: for the log, and to know a backup again. */
  selection: Record<string, unknown>;
  /** What the log says of one company besides: the key where it is one, and details. */
  about?: (companyId: string) => Pick<ActPart, 'key' | 'details'>;
  keysOf: RunOptions['keysOf'];
  sweep?: RunOptions['sweep'];
  saveSteps?: RunOptions['saveSteps'];
  /** How `keysOf` chooses, besides by name. */
  filter?: RunOptions['filter'];
  /** What a company's counters count: one clear, or the keys that were deleted. */
  counts: 'clear' | 'del';
  backup?: string | undefined;
  allowSlow: boolean;
  maxRate?: number | undefined;
  unlogged: string;
  onProgress?: RunOptions['onProgress'];
}

/**
 * Removes keys, each saved first where a backup is asked for; logged before and after. What stops it is in the report: it
 * throws only while nothing was removed.
 * @throws RCM_STORE_*, RCM_MONGODB_* (no change without a log), RCM_CONFLICT, RCM_BACKUP_*, RCM_OUTPUT_UNWRITABLE, RCM_REDIS_*
 */
export async function removeLogged(ports: Ports, removal: Removal): Promise<ClearReport> {
  const { store } = ports;
  if (store instanceof RcmError) throw store;
  const log = new ActLog(store, 'clear', removal.command, removal, ports.clock, removal.unlogged);
  const locks = await lockCompanies(
    ports,
    removal.companies.map((company) => company.companyId),
  );
  try {
    const { nodes, close } = await primaries(ports.redis);
    try {
      const writer = await openBackup(ports, removal);
      try {
        await announce(log, removal, writer);
        const tally = new RemovalTally();
        const stop = await runRemoval(nodes, tally, {
          keysOf: removal.keysOf,
          // A rate is kept key by key.
          ...(removal.maxRate === undefined && { sweep: removal.sweep, saveSteps: removal.saveSteps }),
          backup: writer && { writer, allowSlow: removal.allowSlow },
          filter: removal.filter ?? {},
          maxRate: removal.maxRate,
          interrupt: ports.signal,
          lost: locks.leases.map((lease) => lease.signal),
          label: ports.redis.label,
          ...(removal.onProgress && { onProgress: removal.onProgress }),
        });
        return await conclude(ports, removal, { log, tally, stop, writer, warnings: [...locks.warnings] });
      } finally {
        await writer?.close();
      }
    } finally {
      close();
    }
  } finally {
    await locks.release();
  }
}

async function openBackup(ports: Ports, removal: Removal): Promise<BackupWriter | null> {
  if (removal.backup === undefined) return null;
  const info = await readServerInfo(ports.redis.server, 'server').catch(() => null);
  const header: BackupHeader = {
    format: 'rcm-backup',
    version: 1,
    createdAt: ports.clock().toISOString(),
    companies: removal.companies.map(({ companyId, companyName }) => ({ companyId, companyName })),
    command: removal.command,
    selection: removal.selection,
    redis: { label: ports.redis.label, version: info?.version ?? null, db: ports.redis.options.db ?? 0 },
    actor: removal.actor,
    reason: removal.reason,
  };
  return BackupWriter.open(removal.backup, header);
}

async function announce(
  log: ActLog,
  { companies, selection, about }: Removal,
  writer: BackupWriter | null,
): Promise<void> {
  const details = { ...selection, ...(writer && { backup: writer.file }) };
  try {
    await log.intent(
      companies.map(({ companyId }) => {
        const { key = null, details: more } = about?.(companyId) ?? { details: {} };
        return { companyId, key, details: { ...details, ...more } };
      }),
    );
  } catch (error) {
    // A backup that never got a key would only stand in the way of the next try.
    if (writer && writer.resumedKeys === 0) await rm(writer.file, { force: true });
    throw error;
  }
}

interface Ending {
  log: ActLog;
  tally: RemovalTally;
  stop: Stop | null;
  writer: BackupWriter | null;
  warnings: string[];
}

/** Ends the backup, counts, logs, and tells what was done. */
async function conclude(ports: Ports, removal: Removal, ending: Ending): Promise<ClearReport> {
  const { tally, writer, warnings, log } = ending;
  const left = tally.tooLarge.count + tally.changed;
  const done = ending.stop === null && left === 0;
  const notEnded = writer === null ? null : await endBackup(writer, done, ports.clock());
  const success = done && notEnded === null;
  await count(ports, removal, tally).catch((error: unknown) => {
    warnings.push(`The removal is not in the companies' counters: ${messageOf(error)}.`);
  });
  const outcome = outcomeOf(tally, ending.stop, notEnded);
  const notLogged = await log.outcome(
    removal.companies.map(({ companyId }) => {
      const { keys, bytes } = tally.companies.get(companyId) ?? { keys: 0, bytes: 0 };
      const { key = null, details } = removal.about?.(companyId) ?? { details: {} };
      return {
        companyId,
        key,
        details: { ...details, keys, bytes, complete: success, ...outcome, ...(writer && { backup: writer.file }) },
      };
    }),
  );
  const errors = [ending.stop?.error, notEnded, notLogged].filter((each) => each != null);
  const error = errors[0] ?? (left > 0 ? leftBehind(tally) : null);
  return {
    generatedAt: ports.clock(),
    operationId: log.operationId,
    dryRun: false,
    success,
    clearedKeys: tally.keys,
    freedBytes: tally.bytes,
    freedMemory: formatBytes(tally.bytes),
    companies: removal.companies.map(({ companyId, companyName }) => {
      const { keys, bytes } = tally.companies.get(companyId) ?? { keys: 0, bytes: 0 };
      return { companyId, companyName, clearedKeys: keys, freedBytes: bytes, freedMemory: formatBytes(bytes) };
    }),
    backup: writer && { file: writer.file, keys: writer.keys, bytes: writer.bytes, resumedKeys: writer.resumedKeys },
    left: { tooLarge: tally.tooLarge.count, changed: tally.changed, examples: tally.tooLarge.examples },
    uncertainKeys: tally.uncertain,
    stoppedBy: ending.stop?.by ?? null,
    error: error && { code: error.code, message: error.message, hint: error.hint, exitCode: error.exitCode },
    warnings: [...warnings, ...errors.slice(1).map(({ message, hint }) => `${message}. ${hint}`)],
  };
}

/** What kept the backup from being ended; null when it is. */
async function endBackup(writer: BackupWriter, complete: boolean, at: Date): Promise<RcmError | null> {
  try {
    await writer.finish(complete, at);
    return null;
  } catch (error) {
    return new RcmError(
      'RCM_BACKUP_FAILED',
      `The backup could not be ended properly: ${messageOf(error)}`,
      '`rcm restore --salvage` takes what it holds.',
      { cause: error },
    );
  }
}

function outcomeOf(tally: RemovalTally, stop: Stop | null, notEnded: RcmError | null): Record<string, unknown> {
  return {
    ...(stop && { stoppedBy: stop.error?.code ?? stop.by }),
    ...(notEnded && { backupEnded: false }),
    ...(tally.uncertain > 0 && { uncertainKeys: tally.uncertain }),
    ...(tally.tooLarge.count > 0 && { leftTooLarge: tally.tooLarge.count }),
    ...(tally.changed > 0 && { leftChanged: tally.changed }),
  };
}

async function count({ redis, clock }: Ports, { counts }: Removal, tally: RemovalTally): Promise<void> {
  const now = clock().getTime();
  await Promise.all(
    [...tally.companies].map(([companyId, { keys }]) =>
      addCounters(redis.client, companyId, counts === 'clear' ? { clear: 1 } : { del: keys }, now),
    ),
  );
}

function leftBehind({ tooLarge, changed }: RemovalTally): RcmError {
  const parts = [
    tooLarge.count > 0 ? `${tooLarge.count} too large to be backed up (over 100,000 elements or 16 MB)` : '',
    changed > 0 ? `${changed} written again and again while they were backed up` : '',
  ].filter(Boolean);
  return new RcmError(
    'RCM_CONFLICT',
    `Keys were left: ${parts.join(', ')}`,
    tooLarge.count > 0 ? 'Run it again with --allow-slow, or without --backup.' : 'Run it again.',
  );
}
