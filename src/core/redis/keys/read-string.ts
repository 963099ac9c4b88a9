import type { Redis } from 'ioredis';

/** Bytes of one request. */
const PAGE_BYTES = 1024 ** 2;

/** A string changed between two pages of it. */
export class ChangedWhileRead extends Error {
  constructor() {
    super('The value changed while it was read');
  }
}

export async function readRange(redis: Redis, key: Buffer, offset: number, length: number): Promise<Buffer> {
  return (await redis.callBuffer('GETRANGE', [key, offset, offset + length - 1])) as Buffer;
}

/**
 * All of a string, page by page, as it was at one time: a change meanwhile is noticed (WATCH), whatever it was.
 * @param use waited for before the next page is asked for
 * @returns how many bytes that were
 * @throws ChangedWhileRead, then what was given to `use` is of two values; what Redis says
 */
export async function readWhole(
  redis: Redis,
  key: Buffer,
  use: (bytes: Buffer) => Promise<void>,
  pageBytes = PAGE_BYTES,
): Promise<number> {
  await redis.watch(key);
  let at = 0;
  try {
    for (;;) {
      const page = await readRange(redis, key, at, pageBytes);
      at += page.length;
      if (page.length > 0) await use(page);
      if (page.length < pageBytes) break;
    }
  } catch (error) {
    await redis.unwatch().catch(() => undefined);
    throw String(error).includes('WRONGTYPE') ? new ChangedWhileRead() : error;
  }
  const replies = await redis.multi().strlen(key).exec();
  if (replies === null || replies[0]?.[1] !== at) throw new ChangedWhileRead();
  return at;
}
