const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of bytes; null where they are no UTF-8, or hold what no text holds (NUL, many control characters). */
export function textOf(bytes: Buffer): string | null {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return null;
  }
  if (text.includes('\0')) return null;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is counted
  const controls = text.match(/[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]/g)?.length ?? 0;
  return controls * 10 > text.length ? null : text;
}

/** Bytes without the half of a character at their end: a page begins and ends with whole ones. */
export function wholeCharacters(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(4, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return bytes;
    if (byte < 0xc0) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return back < needed ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}
