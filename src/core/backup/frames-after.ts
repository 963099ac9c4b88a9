import type { FileHandle } from 'node:fs/promises';
import { constants, inflateRawSync } from 'node:zlib';
import { CHECKSUM_BYTES, checksumOf, HEAD_BYTES } from './format.js';
import { type FrameHead, headIn, readAt, readFrame } from './frames.js';

const WINDOW = 1024 ** 2;
/** How much of what may be a batch is unpacked to see whether it begins as one. */
const PEEK = 512;

/**
 * Whether a whole frame stands anywhere after a place where none does: then it is no torn end, but damage in the middle.
 * A frame goes on from the checksum right before it.
 * @param at where the frame begins that is none
 * @param before the checksum before that
 */
export async function framesFollow(handle: FileHandle, at: number, size: number, before: Buffer): Promise<boolean> {
  if (await followsUnread(handle, at, size, before)) return true;
  for (let from = at + 1; from + HEAD_BYTES <= size; from += WINDOW) {
    const window = await readAt(handle, from, Math.min(WINDOW + HEAD_BYTES - 1, size - from));
    for (let i = 0; i + HEAD_BYTES <= window.length; i += 1) {
      // B and E: an H stands at the beginning only. Looked at first, for speed.
      const kind = window[i + HEAD_BYTES - 1];
      if (kind !== 0x42 && kind !== 0x45) continue;
      const said = headIn(window.subarray(i, i + HEAD_BYTES), from + i);
      if (said === null || said.end > size || !(await beginsAsOne(handle, said))) continue;
      if (await goesOn(handle, said, size)) return true;
    }
  }
  return false;
}

/** Only the checksum of the frame itself was altered: the next one goes on from what it should have been. */
async function followsUnread(handle: FileHandle, at: number, size: number, before: Buffer): Promise<boolean> {
  const said = headIn(await readAt(handle, at, HEAD_BYTES), at);
  if (said === null || said.end >= size) return false;
  const checksum = checksumOf(before, said.head, await readAt(handle, at + HEAD_BYTES, said.length));
  return typeof (await readFrame(handle, said.end, size, checksum)) !== 'string';
}

async function goesOn(handle: FileHandle, said: FrameHead, size: number): Promise<boolean> {
  const at = said.end - CHECKSUM_BYTES - said.length - HEAD_BYTES;
  const before = await readAt(handle, Math.max(0, at - CHECKSUM_BYTES), CHECKSUM_BYTES);
  return typeof (await readFrame(handle, at, size, before)) !== 'string';
}

/** Cheaper than the checksum of what may be a gigabyte. */
async function beginsAsOne(handle: FileHandle, { kind, length, end }: FrameHead): Promise<boolean> {
  const start = await readAt(handle, end - CHECKSUM_BYTES - length, Math.min(length, PEEK));
  return kind === 'B' ? beginsAsBatch(start) : start.toString('latin1', 0, 8) === '{"keys":';
}

function beginsAsBatch(start: Buffer): boolean {
  try {
    const bytes = inflateRawSync(start, { finishFlush: constants.Z_SYNC_FLUSH });
    // Nothing can be told before its first block is whole.
    if (bytes.length < 5) return bytes.length === 0 ? start.length === PEEK : true;
    return isRow(bytes, 1) || isRow(bytes, 3) || isRow(bytes, 5);
  } catch {
    return false;
  }
}

/** MessagePack: a list of so many bytes of head, whose first member is a list of five that begins with bytes. */
function isRow(bytes: Buffer, listHead: number): boolean {
  const list = bytes[0] as number;
  if (listHead === 1 ? list >> 4 !== 0x9 : list !== (listHead === 3 ? 0xdc : 0xdd)) return false;
  if (bytes.length < listHead + 2) return true;
  const name = bytes[listHead + 1] as number;
  return bytes[listHead] === 0x95 && name >= 0xc4 && name <= 0xc6;
}
