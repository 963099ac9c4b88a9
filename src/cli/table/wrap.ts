import stringWidth from 'string-width';

/** Breaks at spaces; a word longer than the line stays whole, so that it can be copied. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1] as string;
    if (last !== '' && widthOf(last) + 1 + widthOf(word) > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}

/** Latin letters, punctuation and the glyphs of charts are one column each: no need to take them apart. */
function widthOf(text: string): number {
  return /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2026\u25a0-\u25cf]*$/.test(text) ? text.length : stringWidth(text);
}
