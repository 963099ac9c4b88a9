const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of at most `width` characters, to an eighth of one; more than 100 % fills it. A share that is not nothing shows. */
export function bar(percent: number | null, width: number): string {
  if (percent === null || percent <= 0) return '';
  const eighths = Math.max(1, Math.round((Math.min(percent, 100) / 100) * width * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}
