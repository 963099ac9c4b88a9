import type { TtlPrediction, TtlPreviewReport } from '../../../core/services/ttl/report.js';
import { blockChart } from '../../charts/block-chart.js';
import { type Column, printable } from '../../table/column.js';
import { markdownText, renderMarkdown, renderTable } from '../../table/render.js';
import { wrap } from '../../table/wrap.js';
import type { Terminal } from '../../terminal.js';
import { age, count, dollars, percent } from '../figures.js';

export const TTL_COLUMNS: Column<TtlPrediction>[] = [
  { name: 'ttlSeconds', header: 'TTL', value: (p) => p.ttlSeconds, text: (p) => p.ttl, align: 'right', fromWidth: 0 },
  { name: 'hitRate', header: 'Hit rate', value: (p) => p.hitRate, text: rateText, align: 'right', fromWidth: 0 },
  {
    name: 'low',
    header: 'At least',
    value: (p) => p.interval?.low ?? null,
    text: (p) => percent(p.interval?.low ?? null),
    align: 'right',
  },
  {
    name: 'high',
    header: 'At most',
    value: (p) => p.interval?.high ?? null,
    text: (p) => percent(p.interval?.high ?? null),
    align: 'right',
  },
  { name: 'enough', header: 'Enough', value: (p) => p.enough },
  {
    name: 'memoryBytes',
    header: 'Memory',
    value: (p) => p.memoryBytes,
    text: (p) => p.memory,
    align: 'right',
    fromWidth: 0,
  },
  {
    name: 'meanLiveKeys',
    header: 'Keys',
    value: (p) => p.meanLiveKeys,
    text: (p) => count(p.meanLiveKeys),
    align: 'right',
    fromWidth: 90,
  },
  {
    name: 'missesPerMonth',
    header: 'Misses/month',
    value: (p) => p.missesPerMonth,
    text: (p) => count(p.missesPerMonth),
    align: 'right',
    fromWidth: 110,
  },
  {
    name: 'redisCost',
    header: 'Redis',
    value: (p) => p.redisCost,
    text: (p) => dollars(p.redisCost),
    align: 'right',
    fromWidth: 90,
  },
  {
    name: 'mongodbCost',
    header: 'MongoDB',
    value: (p) => p.mongodbCost,
    text: (p) => dollars(p.mongodbCost),
    align: 'right',
    fromWidth: 90,
  },
  {
    name: 'totalCost',
    header: 'Total/month',
    value: (p) => p.totalCost,
    text: (p) => dollars(p.totalCost),
    align: 'right',
    fromWidth: 0,
  },
  { name: 'marks', header: '', value: marks, none: '', fromWidth: 0 },
];

const MONEY = new Set(['redisCost', 'mongodbCost', 'totalCost']);

/** `91.2% ±0.4`. */
function rateText({ hitRate, interval }: TtlPrediction): string {
  if (hitRate === null || interval === null) return percent(hitRate);
  const points = Math.max(interval.high - hitRate, hitRate - interval.low);
  return `${percent(hitRate)} ±${points.toFixed(1)}`;
}

function marks({ cheapest, fastest, today, enough, longerThanTrace }: TtlPrediction): string | null {
  const words = [
    ...(cheapest ? ['cheapest'] : []),
    ...(fastest ? ['fastest'] : []),
    ...(today ? ['today'] : []),
    ...(enough ? [] : ['too little data']),
    ...(longerThanTrace ? ['cold cache'] : []),
  ];
  return words.length === 0 ? null : words.join(', ');
}

/** The columns that say something: without a company there is no money. */
export function shownColumns(report: TtlPreviewReport, columns: readonly Column<TtlPrediction>[]) {
  return report.company === null ? columns.filter(({ name }) => !MONEY.has(name)) : [...columns];
}

/** The predictions, the curve, and what they rest on. */
export function ttlPreviewText(
  report: TtlPreviewReport,
  rows: readonly TtlPrediction[],
  columns: readonly Column<TtlPrediction>[],
  terminal: Terminal,
): string {
  const { chalk, width } = terminal;
  const paint = (text: string, { name }: Column<TtlPrediction>, row: TtlPrediction) => {
    if (name !== 'marks' && name !== 'hitRate') return text;
    if (!row.enough) return chalk.dim(text);
    return row.cheapest || row.fastest ? chalk.green(text) : text;
  };
  return [
    ...wrap(heading(report), width).map((line) => chalk.bold(line)),
    '',
    renderTable(rows, columns, terminal, paint),
    '',
    ...chart(report.predictions, terminal),
    '',
    ...remarks(report).flatMap((line) => wrap(line, width)),
  ]
    .join('\n')
    .trimEnd();
}

export function ttlPreviewMarkdown(
  report: TtlPreviewReport,
  rows: readonly TtlPrediction[],
  columns: readonly Column<TtlPrediction>[],
): string {
  const warnings = report.warnings.map((warning) => `> ⚠ ${markdownText(printable(warning))}`);
  return [
    markdownText(heading(report)),
    '',
    ...(warnings.length > 0 ? [...warnings, ''] : []),
    renderMarkdown(rows, columns),
    '',
    ...remarks(report).map((line) => `${markdownText(line)}  `),
  ]
    .join('\n')
    .trimEnd();
}

function heading({ company, source }: TtlPreviewReport): string {
  const whose = company === null ? '' : ` for ${printable(company.companyName ?? company.companyId)}`;
  const sampled = source.sampledShare < 1 ? `, ${percent(source.sampledShare * 100)} of all keys` : '';
  const from = source.file === null ? 'recorded accesses' : `accesses of ${printable(source.file)}`;
  return `What TTLs would do${whose}, by ${count(source.accesses)} ${from} (${count(source.keys)} keys${sampled}) over ${age(source.spanSeconds)}`;
}

function remarks(report: TtlPreviewReport): string[] {
  const { basis, company, today, advice, predictions, source } = report;
  const lines: string[] = [];
  if (today !== null && today.recordedHitRate !== null) {
    const lifetime = today.ttlSeconds === null ? 'of unknown lifetime' : `living ${age(today.ttlSeconds)} (median)`;
    const replayed =
      today.replayedHitRate === null
        ? ''
        : `; the model under today's lifetimes says ${percent(today.replayedHitRate)}`;
    lines.push(`Today: ${percent(today.recordedHitRate)} recorded, with values ${lifetime}${replayed}.`);
  }
  if (company !== null)
    lines.push(
      basis.memory === 'measured'
        ? `Memory: bytes of live values × ${basis.memoryScale.toFixed(2)}, which is what the cache takes now for each.`
        : 'Memory: bytes of live values alone; keys and overhead come on top.',
    );
  const cold = predictions.find(({ longerThanTrace }) => longerThanTrace);
  if (cold)
    lines.push(
      `Cold cache: the accesses span ${age(source.spanSeconds)} only; under longer TTLs hits and memory would be more than is shown.`,
    );
  if (advice !== null) lines.push(`Too little data to be sure within ±2 points. ${advice}`);
  return lines;
}

const BAR = 6;

/** Hit rate against TTL, a bar each. */
function chart(predictions: readonly TtlPrediction[], { chalk, width }: Terminal): string[] {
  const known = predictions.filter(({ hitRate }) => hitRate !== null);
  if (known.length === 0) return ['No reads: there is no hit rate to draw.'];
  const shown = known.slice(0, Math.max(1, Math.floor((Math.min(width, 200) - 8) / (BAR + 2))));
  const values = shown.flatMap(({ hitRate }) => [...Array<number | null>(BAR).fill(hitRate), null, null]);
  const lowest = Math.min(...shown.map(({ hitRate }) => hitRate as number));
  const min = Math.min(90, Math.floor(lowest / 10) * 10);
  const lines = blockChart({ values, min, max: 100, height: 6, label: (v) => `${v}%`, ends: ['', ''] }).slice(0, -1);
  const margin = ' '.repeat((lines.at(-1)?.indexOf('└') ?? 0) + 1);
  return [
    chalk.bold('Hit rate by TTL'),
    ...lines.map((line) => line.replace(/[▁-█]+/g, (blocks) => chalk.green(blocks))),
    `${margin}${shown.map(({ ttl }) => ttl.slice(0, BAR + 1).padEnd(BAR + 2)).join('')}`.trimEnd(),
  ];
}
