const PER_LINE = 16;

/** Bytes as people read them: position, hexadecimal, and what of it is printable ASCII. @param offset position of the first byte */
export function hexDump(bytes: Buffer, offset: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += PER_LINE) {
    const line = [...bytes.subarray(at, at + PER_LINE)];
    const hex = line.map((byte) => byte.toString(16).padStart(2, '0'));
    const halves = [hex.slice(0, 8).join(' '), hex.slice(8).join(' ')];
    const text = line.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    const position = (offset + at).toString(16).padStart(8, '0');
    lines.push(`${position}  ${(halves[0] as string).padEnd(23)}  ${(halves[1] as string).padEnd(23)}  |${text}|`);
  }
  return lines;
}
