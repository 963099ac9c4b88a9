/** One line of a chart: a value for each step, null where there is a gap. */
export interface TrendLine {
  values: readonly (number | null)[];
  /** Tells it apart where there are several, without colours too. */
  glyph: string;
  paint: (text: string) => string;
}

export interface TrendChart {
  lines: readonly TrendLine[];
  /** What the bottom stands for, and the top. */
  min: number;
  max: number;
  /** Lines of text, without the axis. */
  height: number;
  /** Columns in all, the scale on the left included. */
  width: number;
  /** A value of the scale, as it is written beside it: of plain letters, each one column wide. */
  label: (value: number) => string;
  /** What a step is called on the axis. */
  nameOf: (step: number) => string;
}

const BLOCKS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/** Where several lines have the same place. */
export const SEVERAL = '◆';
const WIDEST_STEP = 6;
/** Blanks between two names on the axis. */
const APART = 2;

/** Columns that are left for steps: what is drawn must have so many steps at most. */
export function roomFor(chart: Omit<TrendChart, 'nameOf'>): number {
  return Math.max(10, chart.width - marginOf(chart) - 2);
}

/**
 * A chart with its scale on the left and time below: one line as blocks, several each with its glyph. Steps without a value
 * stay empty, and the axis is dotted there.
 */
export function trendChart(chart: TrendChart): string[] {
  const { lines, min, max, height, label, nameOf } = chart;
  const margin = marginOf(chart);
  const steps = lines[0]?.values.length ?? 0;
  const wide = Math.max(1, Math.min(WIDEST_STEP, Math.floor(roomFor(chart) / Math.max(1, steps))));
  const rows = lines.length === 1 ? blockRows(chart, wide) : glyphRows(chart, wide);
  const scale = new Map([
    [0, max],
    [height >> 1, middleOf(chart)],
    [height - 1, min],
  ]);
  const body = rows.map((row, i) => {
    const value = scale.get(i);
    const text = value === undefined ? '' : label(value);
    return `${' '.repeat(margin - text.length)}${text} ${value === undefined ? '│' : '┤'}${row}`.trimEnd();
  });
  const known = Array.from({ length: steps }, (_, step) => lines.some(({ values }) => values[step] != null));
  const names = placed(steps, wide, nameOf);
  const axis = known.flatMap((is, step) =>
    Array.from({ length: wide }, (_, n) => (n === 0 && names.has(step) ? '┬' : is ? '─' : '·')),
  );
  let below = '';
  for (const [step, name] of names) below = below.padEnd(step * wide) + name;
  return [...body, `${' '.repeat(margin)} └${axis.join('')}`, `${' '.repeat(margin + 2)}${below}`];
}

function marginOf(chart: Omit<TrendChart, 'nameOf'>): number {
  const { min, max, label } = chart;
  return Math.max(...[min, middleOf(chart), max].map((value) => label(value).length)) + 1;
}

/** What the line in the middle stands for: of blocks its own middle, of glyphs itself. */
function middleOf({ lines, min, max, height }: Omit<TrendChart, 'nameOf'>): number {
  const line = height >> 1;
  return max - (max - min) * (lines.length === 1 ? (line + 0.5) / height : line / (height - 1));
}

function blockRows({ lines, min, max, height }: TrendChart, wide: number): string[] {
  const [line] = lines as [TrendLine];
  const eighths = line.values.map((value) =>
    // A value that is there shows, however small.
    value === null ? 0 : Math.max(1, Math.round(shareOf(value, min, max) * height * 8)),
  );
  return Array.from({ length: height }, (_, row) => {
    const floor = (height - 1 - row) * 8;
    const text = eighths.map((n) => (BLOCKS[Math.max(0, Math.min(8, n - floor))] as string).repeat(wide)).join('');
    return text.replace(/[▁-█]+/g, (blocks) => line.paint(blocks));
  });
}

function glyphRows({ lines, min, max, height }: TrendChart, wide: number): string[] {
  const cells = Array.from({ length: height }, () => new Map<number, TrendLine[]>());
  for (const line of lines)
    for (const [step, value] of line.values.entries()) {
      if (value === null) continue;
      const row = height - 1 - Math.round(shareOf(value, min, max) * (height - 1));
      const cell = cells[row] as Map<number, TrendLine[]>;
      cell.set(step, [...(cell.get(step) ?? []), line]);
    }
  const steps = lines[0]?.values.length ?? 0;
  const before = (wide - 1) >> 1;
  return cells.map((cell) =>
    Array.from({ length: steps }, (_, step) => {
      const here = cell.get(step) ?? [];
      const [first] = here;
      const glyph = first === undefined ? ' ' : here.length > 1 ? SEVERAL : first.paint(first.glyph);
      return `${' '.repeat(before)}${glyph}${' '.repeat(wide - 1 - before)}`;
    }).join(''),
  );
}

function shareOf(value: number, min: number, max: number): number {
  return max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 1;
}

/** Names that fit below the axis without touching, evenly apart, the first step's among them. */
function placed(steps: number, wide: number, nameOf: (step: number) => string): Map<number, string> {
  const longest = Math.max(1, ...Array.from({ length: steps }, (_, step) => nameOf(step).length));
  const every = Math.max(1, Math.ceil((longest + APART) / wide));
  const names = new Map<number, string>();
  for (let step = 0; step < steps; step += every)
    if (step === 0 || step * wide + nameOf(step).length <= steps * wide) names.set(step, nameOf(step));
  return names;
}
