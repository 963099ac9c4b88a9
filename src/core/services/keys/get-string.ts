import { textOf, wholeCharacters } from '../../domain/text-page.js';
import { readRange } from '../../redis/keys/read-string.js';
import type { ScanNode } from '../../redis/scan/keyspace-scan.js';
import type { ShownValue } from './get-report.js';
import type { Shower } from './shower.js';

/** Bytes of a page of text, and of one that is shown as a hex dump. */
const TEXT_BYTES = 64 * 1024;
const BINARY_BYTES = 4 * 1024;

interface StringPage {
  value: Extract<ShownValue, { kind: 'string' }>;
  /** Where the next page begins; null at the end. */
  next: number | null;
  warnings: string[];
}

/** A page of a string: JSON indented where all of it is here, other text as it is, anything else as bytes. @throws what Redis says */
export async function showString(
  { redis }: ScanNode,
  key: Buffer,
  wanted: { offset: number; length: number | undefined; total: number },
  shower: Shower,
): Promise<StringPage> {
  const { offset, length, total } = wanted;
  if (shower.hidesAll) return hiddenPage(offset, 'This key is hidden by the configuration (sensitive)');
  const read = await readRange(redis, key, offset, length ?? TEXT_BYTES);
  const atEnd = offset + read.length >= total;
  const bytes = atEnd ? read : wholeCharacters(read);
  const whole = offset === 0 && atEnd;
  const text = textOf(bytes);
  const beginning = offset === 0 ? text : (await readRange(redis, key, 0, 256)).toString();
  if (shower.sensitive.cannotTell(beginning ?? bytes.toString(), whole && text !== null))
    return hiddenPage(offset, 'Fields of it may be sensitive, which cannot be told from what is here of it');
  const end = (shown: Buffer) => (offset + shown.length >= total ? null : offset + shown.length);
  if (text === null) {
    const shown = read.subarray(0, length ?? BINARY_BYTES);
    return {
      value: { ...page(offset, shown), format: 'binary', base64: shown.toString('base64') },
      next: end(shown),
      warnings: [],
    };
  }
  const json = whole ? shower.sensitive.rewrite(text, 2) : null;
  return {
    value: {
      ...page(offset, bytes),
      format: json ? 'json' : 'text',
      text: json?.text ?? text,
      hidden: json?.hidden ?? 0,
    },
    next: end(bytes),
    warnings: [],
  };
}

function page(offset: number, { length: bytes }: Buffer) {
  return { kind: 'string' as const, offset, bytes, text: null, base64: null, hidden: 0 };
}

function hiddenPage(offset: number, why: string): StringPage {
  return {
    value: { ...page(offset, Buffer.alloc(0)), format: 'hidden' },
    next: null,
    warnings: [`${why}: --reveal shows it.`],
  };
}
