import { open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { encode } from '@msgpack/msgpack';
import type { BackupEntry } from '../domain/backup-entry.js';
import { formatBytes } from '../domain/format.js';
import { messageOf, RcmError } from '../errors.js';
import { AppendFile } from './append-file.js';
import { type BackupHeader, encodeFrame, FIRST_CHECKSUM, type FrameKind, LONGEST_PAYLOAD, MAGIC } from './format.js';
import { LockFile } from './lock-file.js';
import { BackupReader, type CheckedBackup } from './reader.js';
import { assertSameRun, backupExists } from './same-run.js';

const deflate = promisify(deflateRaw) as (data: Uint8Array, options: { level: number }) => Promise<Buffer>;
/** Fast: values are compressed by Redis's own DUMP already. */
const LEVEL = 1;

/** Sizes in bytes. */
export interface FrameLimits {
  /** Of the keys in a frame, before they are compressed; a single key may be larger. */
  batch: number;
  /** Of what a frame carries: what a reader takes. */
  payload: number;
}
const LIMITS: FrameLimits = { batch: 256 * 1024 ** 2, payload: LONGEST_PAYLOAD };

interface State {
  checksum: Buffer;
  keys: number;
  bytes: number;
}

/** Writes one backup file. What `append` has returned from survives a crash of the machine. */
export class BackupWriter {
  #state: State;
  /** Two servers of a cluster write into one file: one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly file: string,
    private readonly target: AppendFile,
    private readonly lock: LockFile,
    private readonly limits: FrameLimits,
    state: State,
    /** Keys that an earlier, stopped run had saved already. */
    readonly resumedKeys: number,
  ) {
    this.#state = state;
  }

  /** Keys in the file, those of an earlier run included. */
  get keys(): number {
    return this.#state.keys;
  }

  get bytes(): number {
    return this.#state.bytes;
  }

  /**
   * Makes the file (0600), or goes on with one that an earlier run of the same command left unfinished. `FILE.lock` stands
   * beside it until `close`.
   * @throws RCM_BACKUP_EXISTS when it is a finished backup, one of something else, or no backup at all
   * @throws RCM_CONFLICT when another run writes to it
   * @throws RCM_BACKUP_FAILED, RCM_OUTPUT_UNWRITABLE when it cannot be made: then it is not there
   */
  static async open(file: string, header: BackupHeader, limits = LIMITS): Promise<BackupWriter> {
    const lock = await LockFile.take(file).catch((error: unknown) => {
      throw unwritable(file, error);
    });
    try {
      const resumed = (await isBegun(file)) ? await readExisting(file) : null;
      if (resumed === null) return await BackupWriter.#begin(file, lock, header, limits);
      const { checked, length } = resumed;
      assertSameRun(file, checked, header);
      const { resumeAt, resumeChecksum: checksum, keys, bytes } = checked;
      // What follows the last whole batch is the half of one, whose keys were never removed, or the end of the stopped run.
      const target = await AppendFile.resume(file, lock, length, resumeAt);
      return new BackupWriter(file, target, lock, limits, { checksum, keys, bytes }, keys);
    } catch (error) {
      await lock.release();
      throw unwritable(file, error);
    }
  }

  /**
   * Keys, whole and durable when this returns.
   * @throws RCM_BACKUP_FAILED: nothing of them is in the file, or nothing that is not whole; after a write that failed, or
   * when somebody else was at the file, always
   */
  async append(entries: readonly BackupEntry[]): Promise<void> {
    for (const batch of batchesOf(entries, this.limits.batch)) {
      const payload = await pack(batch).catch((error: unknown) => {
        throw tooLarge(this.file, messageOf(error));
      });
      if (payload.length > this.limits.payload)
        throw tooLarge(
          this.file,
          `${formatBytes(payload.length)}, and ${formatBytes(this.limits.payload)} is the most`,
        );
      await this.#inTurn(async () => {
        await this.#write('B', payload);
        this.#state.keys += batch.length;
        for (const { bytes } of batch) this.#state.bytes += bytes;
      });
    }
  }

  /** Ends the file. @param complete whether all that was asked for is in it @throws RCM_BACKUP_FAILED */
  async finish(complete: boolean, finishedAt: Date): Promise<void> {
    const end = () => ({ keys: this.keys, bytes: this.bytes, complete, finishedAt: finishedAt.toISOString() });
    await this.#inTurn(() => this.#write('E', Buffer.from(JSON.stringify(end()))));
  }

  async close(): Promise<void> {
    await this.target.close();
    await this.lock.release();
  }

  static async #begin(file: string, lock: LockFile, header: BackupHeader, limits: FrameLimits): Promise<BackupWriter> {
    // A file that never got its beginning holds nothing.
    const left = await stat(file).catch(() => null);
    const target = left ? await AppendFile.resume(file, lock, left.size, 0) : await AppendFile.create(file, lock);
    try {
      const { frame, checksum } = encodeFrame('H', Buffer.from(JSON.stringify(header)), FIRST_CHECKSUM);
      await target.add([MAGIC, ...frame]);
      await syncFolder(dirname(file));
      return new BackupWriter(file, target, lock, limits, { checksum, keys: 0, bytes: 0 }, 0);
    } catch (error) {
      // It would only stand in the way of the next try.
      await target.remove();
      await target.close();
      throw error;
    }
  }

  async #write(kind: FrameKind, payload: Buffer): Promise<void> {
    const { frame, checksum } = encodeFrame(kind, payload, this.#state.checksum);
    await this.target.add(frame);
    this.#state.checksum = checksum;
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

async function pack(batch: readonly BackupEntry[]): Promise<Buffer> {
  const packed = encode(batch.map((e) => [e.key, e.type, e.expiresAtMs, e.bytes, e.dump]));
  return deflate(packed, { level: LEVEL });
}

function* batchesOf(entries: readonly BackupEntry[], most: number): Generator<BackupEntry[]> {
  let batch: BackupEntry[] = [];
  let size = 0;
  for (const entry of entries) {
    const own = entry.key.length + entry.dump.length;
    if (batch.length > 0 && size + own > most) {
      yield batch;
      [batch, size] = [[], 0];
    }
    batch.push(entry);
    size += own;
  }
  if (batch.length > 0) yield batch;
}

/** false when it is not there, or nothing but a piece of the magic, which a run that could not begin left. */
async function isBegun(file: string): Promise<boolean> {
  const there = await stat(file).catch(() => null);
  if (there === null) return false;
  if (!there.isFile()) throw backupExists(file, 'is no file');
  return there.size > MAGIC.length || !MAGIC.subarray(0, there.size).equals(await readFile(file));
}

async function syncFolder(path: string): Promise<void> {
  // Some file systems cannot sync a folder, and some may not be read; the file itself is synced all the same.
  const folder = await open(path, 'r').catch(() => null);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

async function readExisting(file: string): Promise<{ checked: CheckedBackup; length: number }> {
  const reader = await BackupReader.open(file);
  try {
    const checked = await reader.check();
    return { checked, length: checked.length };
  } catch (error) {
    if (!(error instanceof RcmError)) throw error;
    throw backupExists(file, `is there already, and cannot be gone on with (${error.message})`);
  } finally {
    await reader.close();
  }
}

const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO']);

function unwritable(file: string, error: unknown): RcmError {
  if (error instanceof RcmError) return error;
  const full = NO_ROOM.has((error as NodeJS.ErrnoException).code ?? '');
  return new RcmError(
    full ? 'RCM_BACKUP_FAILED' : 'RCM_OUTPUT_UNWRITABLE',
    `Cannot write the backup ${file}: ${messageOf(error)}`,
    `Nothing was removed. ${full ? 'Make room, or choose' : 'Choose'} another --backup file.`,
    { cause: error },
  );
}

function tooLarge(file: string, how: string): RcmError {
  return new RcmError(
    'RCM_BACKUP_FAILED',
    `Cannot write the backup ${file}: a key is too large for it (${how})`,
    'It was not removed. Remove it by `rcm keys delete` without --backup, then run the same command again.',
  );
}
