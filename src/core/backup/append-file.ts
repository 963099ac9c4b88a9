import { constants } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { messageOf, RcmError } from '../errors.js';
import type { LockFile } from './lock-file.js';

/**
 * A file that only this process adds to. Before and after every write it must be as long as this process left it, still
 * stand under its name and still be locked by this process; else, and after any write that failed, it is never written or
 * cut again.
 */
export class AppendFile {
  #size: number;
  #broken: RcmError | null = null;

  private constructor(
    readonly file: string,
    private readonly handle: FileHandle,
    private readonly lock: LockFile,
    size: number,
  ) {
    this.#size = size;
  }

  /** Makes a file (0600). @throws EEXIST and what else the file system says */
  static async create(file: string, lock: LockFile): Promise<AppendFile> {
    const { O_CREAT, O_EXCL, O_RDWR, O_APPEND } = constants;
    return new AppendFile(file, await open(file, O_CREAT | O_EXCL | O_RDWR | O_APPEND, 0o600), lock, 0);
  }

  /**
   * Goes on with a file, cut where it is whole.
   * @param length it has now
   * @throws RCM_BACKUP_FAILED when it has changed since; what the file system says
   */
  static async resume(file: string, lock: LockFile, length: number, wholeTo: number): Promise<AppendFile> {
    // O_APPEND: whatever happens, nothing that is there can be overwritten.
    const handle = await open(file, constants.O_RDWR | constants.O_APPEND);
    try {
      const opened = new AppendFile(file, handle, lock, length);
      await opened.#assertOurs();
      // An empty file may have been made by anybody; some file systems know no such modes.
      await handle.chmod(0o600).catch(() => undefined);
      await handle.truncate(wholeTo);
      opened.#size = wholeTo;
      return opened;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Adds bytes, durable when this returns. @throws RCM_BACKUP_FAILED, and from then on always */
  async add(parts: readonly Buffer[]): Promise<void> {
    if (this.#broken) throw this.#broken;
    let written = 0;
    try {
      await this.#assertOurs();
      for (const part of parts)
        for (let at = 0; at < part.length; ) {
          const { bytesWritten } = await this.handle.write(part, at, part.length - at);
          at += bytesWritten;
          written += bytesWritten;
        }
      await this.handle.datasync();
      this.#size += written;
      await this.#assertOurs();
    } catch (error) {
      this.#broken = failed(this.file, error);
      if (!(error instanceof RcmError)) await this.#cutBack(written);
      throw this.#broken;
    }
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  /** Removes it, when it still stands under its name. Never throws. */
  async remove(): Promise<void> {
    if (await this.#isThere().catch(() => false)) await rm(this.file, { force: true }).catch(() => undefined);
  }

  /** Half a frame goes, so that the file ends with a whole one; a half that stays is cut off by whoever goes on. */
  async #cutBack(written: number): Promise<void> {
    try {
      const [{ size }, there] = [await this.handle.stat(), await this.#isThere()];
      if (there && size === this.#size + written && (await this.lock.isHeld())) await this.handle.truncate(this.#size);
    } catch {}
  }

  async #isThere(): Promise<boolean> {
    const [own, there] = await Promise.all([this.handle.stat(), stat(this.file)]);
    return own.ino === there.ino && own.dev === there.dev;
  }

  async #assertOurs(): Promise<void> {
    if (!(await this.#isThere().catch(() => false)))
      throw disturbed(this.file, 'it was moved, removed or replaced meanwhile');
    if ((await this.handle.stat()).size !== this.#size || !(await this.lock.isHeld()))
      throw disturbed(this.file, 'somebody else writes to this file');
  }
}

function disturbed(file: string, why: string): RcmError {
  return new RcmError(
    'RCM_BACKUP_FAILED',
    `Cannot write the backup ${file}: ${why}`,
    'It was left as it is. Look what it holds with `rcm restore FILE --dry-run`, then run again with another --backup file.',
  );
}

function failed(file: string, error: unknown): RcmError {
  if (error instanceof RcmError) return error;
  return new RcmError(
    'RCM_BACKUP_FAILED',
    `Cannot write the backup ${file}: ${messageOf(error)}`,
    'Make room, then run the same command again: it goes on where it stopped.',
    { cause: error },
  );
}
