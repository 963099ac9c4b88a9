import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { decode } from '@msgpack/msgpack';
import type { BackupEntry } from '../domain/backup-entry.js';
import { messageOf } from '../errors.js';
import { alteredAt, type BackupEnd, type BackupHeader, FIRST_CHECKSUM, invalidBackup, MAGIC } from './format.js';
import { type Frame, type NoFrame, readAt, readFrame } from './frames.js';
import { framesFollow } from './frames-after.js';

const inflate = promisify(inflateRaw) as (data: Buffer) => Promise<Buffer>;

/** A batch where it stands in its file, with the checksum before it. */
export interface BatchAt {
  start: number;
  end: number;
  before: Buffer;
}

/** From where on a file is no backup. */
export interface Damage {
  /** `cut`: it breaks off within a frame. `altered`: what stands there is no frame, or none that fits here. */
  kind: 'cut' | 'altered';
  at: number;
  /** From there to the end of the file. */
  bytes: number;
  /** Whole frames stand after it: no torn end, as a power cut leaves one. */
  framesFollow: boolean;
}

/** What checking a whole file found, as far as it is whole. */
export interface CheckedBackup {
  header: BackupHeader;
  /** null: the file has no end; it breaks off (`truncated`), or is damaged. */
  end: BackupEnd | null;
  damage: Damage | null;
  batches: BatchAt[];
  /** Where the last whole frame of header and batches ends, and its checksum: from there a writer can go on. */
  resumeAt: number;
  resumeChecksum: Buffer;
  keys: number;
  bytes: number;
  /** Of the file. */
  length: number;
}

/** Reads one backup file. Close it. */
export class BackupReader {
  private constructor(
    readonly file: string,
    private readonly handle: FileHandle,
  ) {}

  /** @throws RCM_BACKUP_INVALID when it cannot be opened */
  static async open(file: string): Promise<BackupReader> {
    try {
      return new BackupReader(file, await open(file, 'r'));
    } catch (error) {
      throw invalidBackup(file, messageOf(error), 'Check the path and the permissions.');
    }
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  /**
   * Reads all of it, checks every checksum, unpacks every batch.
   * @param use told of every key
   * @returns what is whole of it: to the end, or to where it breaks off or is damaged
   * @throws RCM_BACKUP_INVALID when nothing of it is usable
   */
  async check(use?: (entry: BackupEntry) => void): Promise<CheckedBackup> {
    const { size: length } = await this.handle.stat();
    const magic = await readAt(this.handle, 0, MAGIC.length);
    if (!magic.equals(MAGIC)) throw invalidBackup(this.file, 'it does not begin as one');
    let header: BackupHeader | null = null;
    let end: BackupEnd | null = null;
    let damage: Damage | null = null;
    let at = MAGIC.length;
    let checksum: Buffer = FIRST_CHECKSUM;
    const batches: BatchAt[] = [];
    let [keys, bytes, resumeAt] = [0, 0, at];
    let resumeChecksum: Buffer = checksum;
    while (at < length) {
      const frame: Frame | NoFrame = end === null ? await readFrame(this.handle, at, length, checksum) : 'altered';
      if (typeof frame === 'string') {
        if (header === null) break;
        damage = await this.#damage(frame, at, length, checksum);
        break;
      }
      const { kind, payload }: Frame = frame;
      if ((header === null) !== (kind === 'H')) throw this.#altered(at);
      if (kind === 'H') header = this.#json<BackupHeader>(payload, at);
      else if (kind === 'E') end = this.#json<BackupEnd>(payload, at);
      else
        for (const entry of await this.#entries(payload, at)) {
          keys += 1;
          bytes += entry.bytes;
          use?.(entry);
        }
      if (kind === 'B') batches.push({ start: at, end: frame.end, before: checksum });
      ({ end: at, checksum } = frame);
      if (kind !== 'E') [resumeAt, resumeChecksum] = [at, checksum];
    }
    if (header === null) throw invalidBackup(this.file, 'it breaks off, or is damaged, before it says what it holds');
    if (header.format !== 'rcm-backup' || header.version !== 1)
      throw invalidBackup(this.file, `it is of version ${String(header.version)}`, 'Use a newer rcm.');
    if (end !== null && end.keys !== keys) throw this.#altered(at);
    return { header, end, damage, batches, resumeAt, resumeChecksum, keys, bytes, length };
  }

  /** The keys of one batch, its checksum checked again. @throws RCM_BACKUP_INVALID */
  async batch({ start, end, before }: BatchAt): Promise<BackupEntry[]> {
    const read = await readFrame(this.handle, start, end, before);
    if (typeof read === 'string') throw this.#altered(start);
    return this.#entries(read.payload, start);
  }

  async #damage(kind: NoFrame, at: number, length: number, before: Buffer): Promise<Damage> {
    return { kind, at, bytes: length - at, framesFollow: await framesFollow(this.handle, at, length, before) };
  }

  async #entries(payload: Buffer, at: number): Promise<BackupEntry[]> {
    try {
      const rows = decode(await inflate(payload)) as [Uint8Array, string, number, number, Uint8Array][];
      return rows.map(([key, type, expiresAtMs, bytes, dump]) => ({
        key: asBuffer(key),
        type,
        expiresAtMs,
        bytes,
        dump: asBuffer(dump),
      }));
    } catch {
      throw this.#altered(at);
    }
  }

  #json<T>(payload: Buffer, at: number): T {
    try {
      return JSON.parse(payload.toString('utf8')) as T;
    } catch {
      throw this.#altered(at);
    }
  }

  #altered(at: number): Error {
    return invalidBackup(this.file, alteredAt(at));
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
