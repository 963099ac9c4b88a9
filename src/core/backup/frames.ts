import type { FileHandle } from 'node:fs/promises';
import { CHECKSUM_BYTES, checksumOf, FRAME_KINDS, type FrameKind, HEAD_BYTES, LONGEST_PAYLOAD } from './format.js';

/** What a frame says of itself. */
export interface FrameHead {
  head: Buffer;
  kind: FrameKind;
  length: number;
  /** Where it ends in the file, its checksum included. */
  end: number;
}

export interface Frame {
  kind: FrameKind;
  payload: Buffer;
  end: number;
  checksum: Buffer;
}

/** What is read where a frame should stand: none of ours (`altered`), or one that goes on after the end (`cut`). */
export type NoFrame = 'altered' | 'cut';

/** The frame at a place. @param before the checksum of the one before it */
export async function readFrame(
  handle: FileHandle,
  at: number,
  size: number,
  before: Buffer,
): Promise<Frame | NoFrame> {
  if (at + HEAD_BYTES > size) return 'cut';
  const said = headIn(await readAt(handle, at, HEAD_BYTES), at);
  if (said === null) return 'altered';
  const { head, kind, length, end } = said;
  if (end > size) return 'cut';
  const payload = await readAt(handle, at + HEAD_BYTES, length);
  const checksum = await readAt(handle, end - CHECKSUM_BYTES, CHECKSUM_BYTES);
  if (!checksumOf(before, head, payload).equals(checksum)) return 'altered';
  return { kind, payload, end, checksum };
}

/** null where no frame of ours begins so. */
export function headIn(head: Buffer, at: number): FrameHead | null {
  if (head.length < HEAD_BYTES) return null;
  const length = head.readUInt32BE(0);
  const kind = head.toString('latin1', 4, HEAD_BYTES) as FrameKind;
  if (!FRAME_KINDS.includes(kind) || length > LONGEST_PAYLOAD) return null;
  return { head, kind, length, end: at + HEAD_BYTES + length + CHECKSUM_BYTES };
}

/** So many bytes, or fewer where the file ends before. */
export async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await handle.read(buffer, read, length - read, position + read);
    if (bytesRead === 0) return buffer.subarray(0, read);
    read += bytesRead;
  }
  return buffer;
}
