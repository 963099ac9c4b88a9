import { createHash } from 'node:crypto';
import { RcmError } from '../errors.js';

/**
 * A backup file (docs/backup-format.md): `RCMBKP1\n`, then frames. A frame is the payload's length (4 bytes, big-endian),
 * its kind (one letter), the payload, and 32 bytes of checksum: SHA-256 over the checksum before it, length, kind and
 * payload, so that no frame can be altered, left out, added or moved unnoticed.
 *
 * Kinds: H, the first, what this is (JSON). B, a batch of keys: raw DEFLATE of MessagePack [[key, type, expiry, bytes,
 * dump]…]. E, the last: how many keys there are and whether all that was asked for is in it (JSON).
 */
export const MAGIC = Buffer.from('RCMBKP1\n');
export const HEAD_BYTES = 5;
export const CHECKSUM_BYTES = 32;
/** A frame that claims to be longer is none of ours. */
export const LONGEST_PAYLOAD = 1024 ** 3;

export const FRAME_KINDS = ['H', 'B', 'E'] as const;
export type FrameKind = (typeof FRAME_KINDS)[number];

/** What a backup says of itself. */
export interface BackupHeader {
  format: 'rcm-backup';
  version: 1;
  createdAt: string;
  /** Of what: null for all companies. */
  companies: { companyId: string; companyName: string | null }[] | null;
  /** The command that made it, and how its keys were chosen. */
  command: string;
  selection: Record<string, unknown>;
  /** `db`: the number of the database; older files do not tell it. */
  redis: { label: string; version: string | null; db?: number | undefined };
  actor: string;
  reason: string | null;
}

/** How a backup ends. */
export interface BackupEnd {
  keys: number;
  /** Memory that the keys took, by MEMORY USAGE. */
  bytes: number;
  /** false: the run was stopped before its end; the same command goes on with this file. */
  complete: boolean;
  finishedAt: string;
}

/** The bytes of a frame, and its checksum, which the next one goes on from. */
export function encodeFrame(kind: FrameKind, payload: Buffer, before: Buffer): { frame: Buffer[]; checksum: Buffer } {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(payload.length);
  head.write(kind, 4, 'latin1');
  const checksum = checksumOf(before, head, payload);
  return { frame: [head, payload, checksum], checksum };
}

export function checksumOf(before: Buffer, head: Buffer, payload: Buffer): Buffer {
  return createHash('sha256').update(before).update(head).update(payload).digest();
}

/** The checksum before the first frame. */
export const FIRST_CHECKSUM = createHash('sha256').update(MAGIC).digest();

export function alteredAt(at: number): string {
  return `it was altered: byte ${at} and what follows do not fit its checksum`;
}

export function invalidBackup(file: string, why: string, hint?: string): RcmError {
  return new RcmError(
    'RCM_BACKUP_INVALID',
    `${file} is no usable backup: ${why}`,
    hint ?? 'Nothing was restored. Take another copy of the file.',
  );
}
