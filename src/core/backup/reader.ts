import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { decode } from '@msgpack/msgpack';
import type { BackupEntry } from '../domain/backup-entry.js';
import { messageOf } from '../errors.js';
import {
  type BackupEnd,
  type BackupHeader,
  CHECKSUM_BYTES,
  checksumOf,
  FIRST_CHECKSUM,
  FRAME_KINDS,
  type FrameKind,
  HEAD_BYTES,
  invalidBackup,
  LONGEST_PAYLOAD,
  MAGIC,
} from './format.js';

const inflate = promisify(inflateRaw) as (data: Buffer) => Promise<Buffer>;

/** A batch where it stands in its file, with the checksum before it. */
export interface BatchAt {
  start: number;
  end: number;
  before: Buffer;
}

/** What checking a whole file found. */
export interface CheckedBackup {
  header: BackupHeader;
  /** null: the file breaks off (`truncated`). */
  end: BackupEnd | null;
  batches: BatchAt[];
  /** Where the last whole frame of header and batches ends, and its checksum: from there a writer can go on. */
  resumeAt: number;
  resumeChecksum: Buffer;
  keys: number;
  bytes: number;
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
   * @throws RCM_BACKUP_INVALID when anything is altered; a file that breaks off is returned with `end: null`
   */
  async check(use?: (entry: BackupEntry) => void): Promise<CheckedBackup> {
    const { size } = await this.handle.stat();
    const magic = await this.#read(0, MAGIC.length);
    if (!magic.equals(MAGIC)) throw invalidBackup(this.file, 'it does not begin as one');
    let header: BackupHeader | null = null;
    let end: BackupEnd | null = null;
    let at = MAGIC.length;
    let checksum: Buffer = FIRST_CHECKSUM;
    const batches: BatchAt[] = [];
    let [keys, bytes, resumeAt] = [0, 0, at];
    let resumeChecksum: Buffer = checksum;
    while (at < size && end === null) {
      const frame = await this.#frame(at, size, checksum);
      if (frame === null) break;
      const { kind, payload } = frame;
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
    if (header === null) throw invalidBackup(this.file, 'it breaks off before it says what it holds');
    if (header.format !== 'rcm-backup' || header.version !== 1)
      throw invalidBackup(this.file, `it is of version ${String(header.version)}`, 'Use a newer rcm.');
    if (end !== null && (at !== size || end.keys !== keys)) throw this.#altered(at);
    return { header, end, batches, resumeAt, resumeChecksum, keys, bytes };
  }

  /** The keys of one batch, its checksum checked again. @throws RCM_BACKUP_INVALID */
  async batch({ start, end, before }: BatchAt): Promise<BackupEntry[]> {
    const read = await this.#frame(start, end, before);
    if (read === null) throw this.#altered(start);
    return this.#entries(read.payload, start);
  }

  /** The frame at a place; null when the file breaks off in it. */
  async #frame(
    at: number,
    size: number,
    before: Buffer,
  ): Promise<{ kind: FrameKind; payload: Buffer; end: number; checksum: Buffer } | null> {
    if (at + HEAD_BYTES > size) return null;
    const head = await this.#read(at, HEAD_BYTES);
    const length = head.readUInt32BE(0);
    const kind = head.toString('latin1', 4) as FrameKind;
    if (!FRAME_KINDS.includes(kind) || length > LONGEST_PAYLOAD) throw this.#altered(at);
    const end = at + HEAD_BYTES + length + CHECKSUM_BYTES;
    if (end > size) return null;
    const payload = await this.#read(at + HEAD_BYTES, length);
    const checksum = await this.#read(end - CHECKSUM_BYTES, CHECKSUM_BYTES);
    if (!checksumOf(before, head, payload).equals(checksum)) throw this.#altered(at);
    return { kind, payload, end, checksum };
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

  async #read(position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.alloc(length);
    let read = 0;
    while (read < length) {
      const { bytesRead } = await this.handle.read(buffer, read, length - read, position + read);
      if (bytesRead === 0) return buffer.subarray(0, read);
      read += bytesRead;
    }
    return buffer;
  }

  #altered(at: number): Error {
    return invalidBackup(this.file, `it was altered: byte ${at} and what follows do not fit its checksum`);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
