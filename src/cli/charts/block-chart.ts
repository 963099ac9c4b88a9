import stringWidth from 'string-width';

const BLOCKS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** A curve as columns of blocks. */
export interface BlockChart {
  /** One column each; null is a gap, and stays one. */
  values: readonly (number | null)[];
  /** What the lowest line stands on, and what the highest reaches. */
  min: number;
  max: number;
  /** Lines. */
  height: number;
  /** A value of the scale, as it is written beside it. */
  label: (value: number) => string;
  /** What the left and the right end of the time axis are called. */
  ends: [left: string, right: string];
}

/** The lines of a chart: the scale on its left, time below. A value that is there shows at least the thinnest block. */
export function blockChart({ values, min, max, height, label, ends }: BlockChart): string[] {
  const labels = [label(max), ...Array.from({ length: height - 2 }, () => ''), label(min)];
  const margin = Math.max(...labels.map((text) => stringWidth(text)));
  const levels = values.map((value) => (value === null ? 0 : level(value, min, max, height)));
  const lines = labels.map((text, line) => {
    const floor = (height - 1 - line) * 8;
    const blocks = levels.map((eighths) => BLOCKS[Math.max(0, Math.min(8, eighths - floor))]).join('');
    return `${' '.repeat(margin - stringWidth(text))}${text} ┤${blocks}`.trimEnd();
  });
  const gap = ' '.repeat(Math.max(1, values.length - stringWidth(ends[0]) - stringWidth(ends[1])));
  return [
    ...lines,
    `${' '.repeat(margin)} └${'─'.repeat(values.length)}`,
    `${' '.repeat(margin + 2)}${ends[0]}${gap}${ends[1]}`,
  ];
}

/** Height in eighths of a line. */
function level(value: number, min: number, max: number, height: number): number {
  const share = max > min ? (value - min) / (max - min) : 1;
  return Math.max(1, Math.round(Math.min(1, Math.max(0, share)) * height * 8));
}
