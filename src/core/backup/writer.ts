import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { encode } from '@msgpack/msgpack';
import type { BackupEntry } from '../domain/backup-entry.js';
import { messageOf, RcmError } from '../errors.js';
import { type BackupHeader, encodeFrame, FIRST_CHECKSUM, type FrameKind, MAGIC } from './format.js';
import { BackupReader, type CheckedBackup } from './reader.js';

const deflate = promisify(deflateRaw) as (data: Uint8Array, options: { level: number }) => Promise<Buffer>;
/** Fast: values are compressed by Redis's own DUMP already. */
const LEVEL = 1;

/** Writes one backup file. What `append` has returned from survives a crash of the machine. */
export class BackupWriter {
  #at: number;
  #checksum: Buffer;
  #keys: number;
  #bytes: number;
  /** Two servers of a cluster write into one file: one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly file: string,
    private readonly handle: FileHandle,
    state: { at: number; checksum: Buffer; keys: number; bytes: number },
    /** Keys that an earlier, stopped run had saved already. */
    readonly resumedKeys: number,
  ) {
    ({ at: this.#at, checksum: this.#checksum, keys: this.#keys, bytes: this.#bytes } = state);
  }

  /** Keys in the file, those of an earlier run included. */
  get keys(): number {
    return this.#keys;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Makes the file (0600), or goes on with one that an earlier run of the same command left unfinished.
   * @throws RCM_BACKUP_EXISTS when it is a finished backup, one of something else, or no backup at all
   * @throws RCM_OUTPUT_UNWRITABLE when it cannot be made
   */
  static async open(file: string, header: BackupHeader): Promise<BackupWriter> {
    try {
      const flags = constants.O_CREAT | constants.O_EXCL | constants.O_RDWR;
      const handle = await open(file, flags, 0o600);
      const state = { at: 0, checksum: FIRST_CHECKSUM, keys: 0, bytes: 0 };
      const writer = new BackupWriter(file, handle, state, 0);
      await writer.#begin(header);
      return writer;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(file, error);
    }
    return BackupWriter.#resume(file, header);
  }

  /** Keys, whole and durable when this returns. @throws RCM_BACKUP_FAILED, and the file ends where it ended before */
  async append(entries: readonly BackupEntry[]): Promise<void> {
    const packed = encode(entries.map((e) => [e.key, e.type, e.expiresAtMs, e.bytes, e.dump]));
    const payload = await deflate(packed, { level: LEVEL });
    await this.#inTurn(async () => {
      await this.#write('B', payload);
      this.#keys += entries.length;
      for (const { bytes } of entries) this.#bytes += bytes;
    });
  }

  /** Ends the file. @param complete whether all that was asked for is in it @throws RCM_BACKUP_FAILED */
  async finish(complete: boolean, finishedAt: Date): Promise<void> {
    const end = { keys: this.#keys, bytes: this.#bytes, complete, finishedAt: finishedAt.toISOString() };
    await this.#inTurn(() => this.#write('E', Buffer.from(JSON.stringify(end))));
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  static async #resume(file: string, header: BackupHeader): Promise<BackupWriter> {
    const checked = await readExisting(file);
    if (checked.end?.complete) throw exists(file, 'is a finished backup');
    const same = (h: BackupHeader) => JSON.stringify([h.command, h.companies?.map((c) => c.companyId), h.selection]);
    if (same(checked.header) !== same(header)) throw exists(file, 'is a backup of something else');
    const handle = await open(file, 'r+').catch((error: unknown) => {
      throw unwritable(file, error);
    });
    const { keys, bytes, resumeAt, resumeChecksum } = checked;
    // What follows the last whole batch is the half of one, whose keys were never removed, or the end of the stopped run.
    await handle.truncate(resumeAt);
    return new BackupWriter(file, handle, { at: resumeAt, checksum: resumeChecksum, keys, bytes }, keys);
  }

  async #begin(header: BackupHeader): Promise<void> {
    await this.#writeAll([MAGIC]);
    await this.#write('H', Buffer.from(JSON.stringify(header)));
    const folder = await open(dirname(this.file), 'r');
    // Some file systems cannot sync a folder; the file itself is synced all the same.
    await folder.sync().catch(() => undefined);
    await folder.close();
  }

  async #write(kind: FrameKind, payload: Buffer): Promise<void> {
    const { frame, checksum } = encodeFrame(kind, payload, this.#checksum);
    await this.#writeAll(frame);
    this.#checksum = checksum;
  }

  async #writeAll(parts: readonly Buffer[]): Promise<void> {
    const start = this.#at;
    try {
      for (const part of parts) {
        let written = 0;
        while (written < part.length) {
          const { bytesWritten } = await this.handle.write(part, written, part.length - written, this.#at + written);
          written += bytesWritten;
        }
        this.#at += part.length;
      }
      await this.handle.datasync();
    } catch (error) {
      this.#at = start;
      // Half a frame goes, so that the file still ends with a whole one.
      await this.handle.truncate(start).catch(() => undefined);
      throw failed(this.file, error);
    }
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

async function readExisting(file: string): Promise<CheckedBackup> {
  const reader = await BackupReader.open(file);
  try {
    return await reader.check();
  } catch (error) {
    if (!(error instanceof RcmError)) throw error;
    throw exists(file, `is there already, and cannot be gone on with (${error.message})`);
  } finally {
    await reader.close();
  }
}

function exists(file: string, what: string): RcmError {
  return new RcmError('RCM_BACKUP_EXISTS', `${file} ${what}: nothing was removed`, 'Choose another --backup file.');
}

function unwritable(file: string, error: unknown): RcmError {
  if (error instanceof RcmError) return error;
  return new RcmError(
    'RCM_OUTPUT_UNWRITABLE',
    `Cannot write the backup ${file}: ${messageOf(error)}`,
    'Nothing was removed. Choose another --backup file.',
  );
}

function failed(file: string, error: unknown): RcmError {
  return new RcmError(
    'RCM_BACKUP_FAILED',
    `Cannot write the backup ${file}: ${messageOf(error)}`,
    'Make room, then run the same command again: it goes on where it stopped.',
    { cause: error },
  );
}
