import { RcmError } from '../../errors.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** What a terminal would obey, or would show in another order: controls, line and paragraph ends, marks of direction. */
const UNSHOWABLE = /[\\\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/**
 * A key as text that a terminal may show and that `readKey` turns back into the same bytes: UTF-8 as it is, a backslash as
 * `\\`, control characters as `\xHH`; in a key that is not UTF-8 everything but printable ASCII is `\xHH`.
 */
export function showKey(key: Buffer): string {
  try {
    return utf8.decode(key).replace(UNSHOWABLE, (c) => (c === '\\' ? '\\\\' : hexOf(Buffer.from(c))));
  } catch {
    return escapeBytes(key);
  }
}

/**
 * The bytes of a key as `showKey` writes it.
 * @throws RCM_USAGE for a backslash that begins no escape: which key it means would be a guess
 */
export function readKey(text: string): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const { 0: found, 1: hex, index } of text.matchAll(/\\(?:\\|x([0-9a-fA-F]{2}))?/g)) {
    if (found === '\\') throw strayBackslash(text);
    parts.push(Buffer.from(text.slice(at, index)));
    parts.push(hex === undefined ? Buffer.from('\\') : Buffer.from([Number.parseInt(hex, 16)]));
    at = index + found.length;
  }
  return Buffer.concat([...parts, Buffer.from(text.slice(at))]);
}

/** Bytes as printable ASCII, with `\\` for a backslash and `\xHH` for whatever else. */
export function escapeBytes(bytes: Buffer): string {
  const ascii = bytes.toString('latin1');
  return ascii.replace(/[^\x20-\x7e]|\\/g, (c) => (c === '\\' ? '\\\\' : hexOf(Buffer.from(c, 'latin1'))));
}

function hexOf(bytes: Buffer): string {
  return [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

function strayBackslash(text: string): RcmError {
  return new RcmError(
    'RCM_USAGE',
    `The key '${text.replace(/\p{Cc}/gu, '?')}' has a backslash that begins no escape`,
    `Write keys as \`rcm keys list\` shows them: a backslash is \\\\, a byte \\xHH. As it stands, that would be '${showKey(Buffer.from(text))}'.`,
  );
}
