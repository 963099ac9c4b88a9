import type { Recommendation } from '../../core/domain/recommend/advice.js';
import type { RecommendReport } from '../../core/services/recommend/report.js';
import { type Column, printable, UNKNOWN } from '../table/column.js';
import { markdownText, renderMarkdown, renderTable } from '../table/render.js';
import { wrap } from '../table/wrap.js';
import type { Terminal } from '../terminal.js';
import { dollars, money } from './figures.js';

/** An advice and its place among all that are wanted, from 1. */
export type AdviceRow = Recommendation & { rank: number };

export function adviceRows({ recommendations }: RecommendReport): AdviceRow[] {
  return recommendations.map((advice, i) => ({ ...adviceJson(advice), rank: i + 1 }));
}

export const ADVICE_COLUMNS: Column<AdviceRow>[] = [
  { name: 'rank', header: '#', value: (a) => a.rank, align: 'right', fromWidth: 0 },
  {
    name: 'saving',
    header: 'Saves/month',
    value: (a) => a.savingPerMonth,
    text: amount,
    align: 'right',
    fromWidth: 0,
  },
  { name: 'gain', header: 'Hit rate', value: (a) => a.hitRateGain, text: points, align: 'right', fromWidth: 0 },
  { name: 'risk', header: 'Risk', value: (a) => a.risk, fromWidth: 0 },
  { name: 'effort', header: 'Effort', value: (a) => a.effort, fromWidth: 100 },
  { name: 'confidence', header: 'Confidence', value: (a) => a.confidence, fromWidth: 100 },
  { name: 'company', header: 'Company', value: companyOf, shrinks: true, fromWidth: 0 },
  { name: 'id', header: 'Id', value: (a) => a.id },
  { name: 'companyId', header: 'Company id', value: (a) => a.companyId },
  { name: 'code', header: 'Issue', value: (a) => a.code, none: '' },
  { name: 'title', header: 'What', value: (a) => a.title, shrinks: true, fromWidth: 0 },
  { name: 'command', header: 'Command', value: (a) => a.command, fromWidth: 0 },
  { name: 'atMost', header: 'At most', value: (a) => a.atMost },
  { name: 'insteadOf', header: 'Instead of', value: (a) => a.insteadOf.join(' ') },
  { name: 'inTotal', header: 'In total', value: (a) => a.inTotal },
];

const RISK_COLORS: Record<Recommendation['risk'], string> = { low: '#10B981', medium: '#F59E0B', high: '#EF4444' };

function companyOf({ companyId, companyName }: AdviceRow): string {
  return companyName ?? companyId ?? 'platform';
}

/** `$1.20`, `≤ $1.20`; an amount that two decimals would show as nothing is said to be little. */
function amount({ savingPerMonth, atMost }: Pick<Recommendation, 'savingPerMonth' | 'atMost'>): string {
  if (savingPerMonth === null) return UNKNOWN;
  if (savingPerMonth !== 0 && Math.abs(savingPerMonth) < 0.005) return savingPerMonth < 0 ? '> -$0.01' : '< $0.01';
  return `${atMost ? '≤ ' : ''}${dollars(savingPerMonth)}`;
}

/** `+12.3 pt`. */
export function points({ hitRateGain, atMost }: Pick<Recommendation, 'hitRateGain' | 'atMost'>): string {
  if (hitRateGain === null) return UNKNOWN;
  const text = `${hitRateGain < 0 ? '−' : '+'}${Math.abs(hitRateGain).toFixed(1)} pt`;
  return atMost && hitRateGain > 0 ? `≤ ${text}` : text;
}

/** `saves $1.20/month`. */
export function savingWords(advice: Pick<Recommendation, 'savingPerMonth' | 'atMost'>): string {
  const { savingPerMonth } = advice;
  if (savingPerMonth === null) return 'saving unknown';
  if (savingPerMonth === 0) return 'saves nothing';
  if (savingPerMonth < 0) return `costs ${amount({ savingPerMonth: -savingPerMonth, atMost: false })}/month more`;
  return `saves ${amount(advice)}/month`;
}

/** Under an advice's first line. */
const INDENT = 4;

/** Each advice on lines of its own, so that nothing of it is cut; the command on one that can be copied. */
export function recommendText(report: RecommendReport, rows: readonly AdviceRow[], terminal: Terminal): string {
  const { chalk } = terminal;
  const width = Math.min(terminal.width, 100);
  const ranks = new Map(rows.map(({ id, rank }) => [id, rank]));
  const lines = [chalk.bold(headline(report))];
  for (const row of rows) lines.push('', ...adviceText(row, ranks, terminal, width));
  lines.push(...closing(report, rows, terminal, width));
  return lines.join('\n');
}

function adviceText(row: AdviceRow, ranks: ReadonlyMap<string, number>, { chalk }: Terminal, width: number): string[] {
  const indented = (text: string, paint: (line: string) => string = (line) => line) =>
    wrap(printable(text), width - INDENT).map((line) => `${' '.repeat(INDENT)}${paint(line)}`);
  const [first = '', ...rest] = wrap(printable(`${companyOf(row)}: ${row.title}`), width - INDENT);
  const others = row.insteadOf.flatMap((id) => ranks.get(id) ?? []).sort((a, b) => a - b);
  return [
    `${String(row.rank).padStart(INDENT - 2)}. ${first}`,
    ...rest.map((line) => `${' '.repeat(INDENT)}${line}`),
    ...factLines(row, chalk, width),
    ...row.why.flatMap((why) => indented(why, chalk.dim)),
    ...(others.length > 0 ? indented(`Instead of ${others.join(', ')}: their gains overlap.`, chalk.dim) : []),
    // A command that is longer than the line stays whole: it is there to be copied.
    `${' '.repeat(INDENT)}${chalk.cyan(printable(row.command))}`,
  ];
}

/** What it brings, and what it takes: on one line where that fits. */
function factLines(row: AdviceRow, chalk: Terminal['chalk'], width: number): string[] {
  const gain = row.hitRateGain === null || row.hitRateGain === 0 ? '' : ` · hit rate ${points(row)}`;
  const rest = `, ${row.effort}, ${row.confidence} confidence`;
  const brings = `${chalk.bold(savingWords(row))}${gain}`;
  const takes = `${chalk.hex(RISK_COLORS[row.risk])(`${row.risk} risk`)}${rest}`;
  const length = INDENT + `${savingWords(row)}${gain} · ${row.risk} risk${rest}`.length;
  const indent = ' '.repeat(INDENT);
  return length <= width ? [`${indent}${brings} · ${takes}`] : [`${indent}${brings}`, `${indent}${takes}`];
}

/** e.g. `3 recommendations`, or that there is none. */
export function headline({ counts, complete, companyId }: RecommendReport): string {
  const { found, wanted } = counts;
  if (wanted > 0)
    return `${wanted} ${wanted === 1 ? 'recommendation' : 'recommendations'}${found > wanted ? ` of ${found}` : ''}`;
  if (found > 0) return `Nothing to recommend of what is asked for (${found} otherwise).`;
  const of = companyId === null ? '' : ' for this company';
  return complete
    ? `Nothing to recommend${of}.`
    : `Nothing to recommend${of} was found, but not everything could be measured.`;
}

function closing(report: RecommendReport, rows: readonly AdviceRow[], { chalk }: Terminal, width: number): string[] {
  const { wanted, total, counts, notReplayed } = report;
  const lines: string[] = [];
  if (rows.length < counts.wanted) lines.push('', chalk.dim(`${counts.wanted - rows.length} more are not shown.`));
  if (counts.found > 0) lines.push('', chalk.bold(totalText(wanted, total)));
  const notes = notReplayed.map(
    ({ why, companies, examples }) =>
      `Other TTLs were not tried on ${companies === 1 ? `1 company (${examples[0]})` : `${companies} companies`}: ${why}.`,
  );
  if (notes.length > 0)
    lines.push('', ...notes.flatMap((note) => wrap(printable(note), width)).map((l) => chalk.dim(l)));
  return lines;
}

function totalText(wanted: RecommendReport['wanted'], total: RecommendReport['total']): string {
  const text = ({ savingPerMonth, atMost }: RecommendReport['total']) =>
    `${atMost ? 'at most ' : ''}${amount({ savingPerMonth, atMost: false })} a month`;
  const all = `Possible saving: ${text(total)}`;
  return wanted.savingPerMonth === total.savingPerMonth ? `${all}.` : `${all}; of it here: ${text(wanted)}.`;
}

/** The same with the columns that were asked for. */
export function recommendTable(
  rows: readonly AdviceRow[],
  columns: readonly Column<AdviceRow>[],
  terminal: Terminal,
): string {
  const paint = (text: string, column: Column<AdviceRow>, row: AdviceRow) =>
    column.name === 'risk'
      ? terminal.chalk.hex(RISK_COLORS[row.risk])(text)
      : column.name === 'saving'
        ? terminal.chalk.bold(text)
        : text;
  return renderTable(rows, columns, terminal, paint);
}

export function recommendMarkdown(
  report: RecommendReport,
  rows: readonly AdviceRow[],
  columns: readonly Column<AdviceRow>[],
): string {
  const warnings = report.warnings.map((warning) => `> ⚠ ${markdownText(printable(warning))}`);
  const table = rows.length > 0 ? ['', renderMarkdown(rows, columns)] : [];
  const total = report.counts.found > 0 ? ['', totalText(report.wanted, report.total)] : [];
  return [headline(report), ...(warnings.length > 0 ? ['', ...warnings] : []), ...table, ...total].join('\n');
}

/** As machines get it: money rounded to 6 decimals, nothing else. */
export function recommendJson(report: RecommendReport, rows: readonly AdviceRow[]): RecommendReport {
  const rounded = (total: RecommendReport['total']) => ({
    ...total,
    savingPerMonth: money(total.savingPerMonth) as number,
  });
  return {
    ...report,
    recommendations: rows.map(({ rank: _, ...advice }) => advice),
    total: rounded(report.total),
    wanted: rounded(report.wanted),
  };
}

/** As machines get it: money rounded to 6 decimals. */
export function adviceJson(advice: Recommendation): Recommendation {
  return { ...advice, savingPerMonth: money(advice.savingPerMonth) };
}
