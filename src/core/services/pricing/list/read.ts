import { open } from 'node:fs/promises';
import { messageOf, RcmError } from '../../../errors.js';
import { type FetchOptions, fetchPriceList, MOST_BYTES, shownUrl, tooLarge } from './fetch.js';
import { invalidList, parsePriceList, type ReadPriceList } from './format.js';

/** A list, and where it comes from, without secrets. */
export interface SourcedPriceList extends ReadPriceList {
  from: string;
}

/**
 * Reads a price list from a file or a URL.
 * @throws as fetchPriceList and parsePriceList do
 */
export async function readPriceList(
  from: string,
  options: FetchOptions & { force: boolean },
): Promise<SourcedPriceList> {
  const url = urlIn(from);
  const shown = url ? shownUrl(url) : from;
  const bytes = url ? await fetchPriceList(url, options) : await readFile(from);
  return { ...parsePriceList(bytes, shown, options.force), from: shown };
}

/** What the history keeps as the reason. @param reason of who applied it */
export function syncReason({ list, from, sha256 }: SourcedPriceList, reason: string | undefined): string {
  const source = `price list ${list.name} of ${list.publishedAt} from ${from} (sha256:${sha256})`;
  return reason === undefined || reason === '' ? source : `${source}: ${reason}`;
}

function urlIn(text: string): URL | null {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return null;
  if (URL.canParse(text)) return new URL(text);
  throw new RcmError(
    'RCM_USAGE',
    'The URL of the price list cannot be read',
    'Example: https://example.com/prices.json',
  );
}

/** Not a byte more than may be: the name may be a device that never ends. */
async function readFile(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path);
    try {
      const buffer = Buffer.alloc(MOST_BYTES + 1);
      let length = 0;
      for (;;) {
        const { bytesRead } = await file.read(buffer, length, buffer.length - length, null);
        length += bytesRead;
        if (length > MOST_BYTES) throw tooLarge(path);
        if (bytesRead === 0) return buffer.subarray(0, length);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof RcmError) throw error;
    throw invalidList(`The price list ${path} cannot be read: ${messageOf(error)}`);
  }
}
