import type { CompanyView } from '../../../core/domain/company-view.js';
import type { SuccessMetric } from '../../../core/domain/report/metric.js';
import type { PlatformReport } from '../../../core/services/report/report.js';
import type { Column } from '../../table/column.js';
import { COMPANY_COLUMNS } from '../companies.js';
import { DETECT_COLUMNS, type DetectRow } from '../detect.js';
import { bytes, count, dollars, milliseconds, percent } from '../figures.js';
import { FIX_COLUMNS } from '../fix-list.js';
import { HISTORY_COLUMNS } from '../pricing/history.js';
import { ADVICE_COLUMNS } from '../recommend.js';

/** The columns of a report's tables: those of the commands that show the same, chosen for a page. */
function pick<Row>(columns: readonly Column<Row>[], ...names: string[]): Column<Row>[] {
  return names.map((name) => {
    const found = columns.find((column) => column.name === name);
    if (found === undefined) throw new Error(`there is no column ${name}`);
    return found;
  });
}

const issuesColumn: Column<CompanyView> = { name: 'issues', header: 'Issues', value: (c) => c.issues.join(' ') };
const advice: Column<CompanyView> = {
  name: 'recommendations',
  header: 'Recommendations',
  value: (c) => c.recommendations.join('; '),
};

/** The table of companies, in HTML and Markdown. */
export const COMPANIES: Column<CompanyView>[] = [
  ...pick(COMPANY_COLUMNS, 'name', 'status', 'score', 'hitRate', 'size', 'keys', 'response', 'cost', 'budget'),
  ...pick(COMPANY_COLUMNS, 'callsPerDay', 'clears'),
  issuesColumn,
  ...pick(COMPANY_COLUMNS, 'id'),
];

/** The same for a spreadsheet: all that is known. */
export const COMPANIES_CSV: Column<CompanyView>[] = [...COMPANY_COLUMNS, issuesColumn, advice];

export const ISSUES = pick(
  DETECT_COLUMNS,
  'company',
  'severity',
  'code',
  'summary',
  'cause',
  'costPerMonth',
  'age',
  'fix',
);
export type IssueRow = DetectRow;

type Noted = NonNullable<PlatformReport['notedIssues']>[number];
export const NOTED: Column<Noted>[] = [
  { name: 'severity', header: 'Severity', value: (i) => i.severity },
  { name: 'company', header: 'Company', value: (i) => i.companyName ?? i.companyId ?? 'platform' },
  { name: 'code', header: 'Issue', value: (i) => i.code },
  {
    name: 'firstSeen',
    header: 'Since (UTC)',
    value: (i) => i.firstSeen.toISOString(),
    text: (i) => minute(i.firstSeen),
  },
  {
    name: 'lastSeen',
    header: 'Last seen (UTC)',
    value: (i) => i.lastSeen.toISOString(),
    text: (i) => minute(i.lastSeen),
  },
];

type NotJudged = PlatformReport['notJudged'][number];
export const NOT_JUDGED: Column<NotJudged>[] = [
  { name: 'code', header: 'Issue', value: (n) => n.code },
  {
    name: 'companies',
    header: 'Companies',
    value: (n) => n.companies,
    text: (n) => count(n.companies),
    align: 'right',
  },
  { name: 'why', header: 'Why it cannot be told', value: (n) => n.why },
];

const ADVICE_NAMES = ['rank', 'saving', 'gain', 'risk', 'effort', 'confidence', 'company', 'title', 'command'];
export const ADVICE = pick(ADVICE_COLUMNS, ...ADVICE_NAMES);

export const CHANGES = pick(HISTORY_COLUMNS, 'change', 'time', 'by', 'path', 'old', 'new', 'reason', 'impact');

const FIX_NAMES = [
  'time',
  'company',
  'issue',
  'status',
  'before',
  'predicted',
  'measured',
  'reads',
  'actor',
  'reason',
  'id',
];
export const FIXES = pick(FIX_COLUMNS, ...FIX_NAMES);

/** The value stands where a phone shows it. */
export const METRICS: Column<SuccessMetric>[] = [
  { name: 'title', header: 'Metric', value: (m) => m.title },
  { name: 'value', header: 'Value', value: (m) => m.value, text: (m) => amount(m.unit, m.value), align: 'right' },
  { name: 'target', header: 'Target', value: (m) => m.target?.text ?? null, none: 'followed' },
  { name: 'met', header: 'Met', value: (m) => m.met, text: (m) => (m.met ? 'yes' : 'no'), none: '' },
  {
    name: 'before',
    header: 'Before',
    value: (m) => m.before,
    text: (m) => amount(m.unit, m.before),
    none: '',
    align: 'right',
  },
  { name: 'basis', header: 'Worked out from', value: basisOf },
];

function basisOf({ basis, unknown }: SuccessMetric): string {
  if (unknown === null) return basis;
  return basis === '' ? `unknown: ${unknown}` : `unknown: ${unknown} (${basis})`;
}

function amount(unit: SuccessMetric['unit'], value: number | null): string {
  if (value === null) return '';
  if (unit === 'percent') return percent(value);
  if (unit === 'dollars per month') return `${dollars(value)}/month`;
  if (unit === 'milliseconds') return milliseconds(value);
  if (unit === 'minutes') return `${value.toFixed(1)} min`;
  return `${value.toFixed(1)} ${unit}`;
}

/** `2026-03-01 14:30`, UTC. */
export function minute(time: Date): string {
  return time.toISOString().slice(0, 16).replace('T', ' ');
}

type Point = NonNullable<PlatformReport['trends']>['points'][number];

/** A figure of a trend. */
export interface TrendFigure {
  name: string;
  label: string;
  value: (point: Point) => number | null;
  text: (point: Point) => string;
}

const hitRate: TrendFigure = {
  name: 'hitRate',
  label: 'Hit rate',
  value: (p) => p.hitRate,
  text: (p) => percent(p.hitRate),
};
const mean: TrendFigure = {
  name: 'avgResponseMs',
  label: 'Mean',
  value: (p) => p.avgResponseMs,
  text: (p) => milliseconds(p.avgResponseMs),
};
const p95: TrendFigure = {
  name: 'p95ResponseMs',
  label: '95th percentile',
  value: (p) => p.p95ResponseMs,
  text: (p) => `${p.p95AtLeast ? '≥ ' : ''}${milliseconds(p.p95ResponseMs)}`,
};
const memory: TrendFigure = {
  name: 'memoryBytes',
  label: 'Memory',
  value: (p) => p.memoryBytes,
  text: (p) => bytes(p.memoryBytes),
};
const cost: TrendFigure = { name: 'cost', label: 'Cost', value: (p) => p.cost, text: (p) => dollars(p.cost) };

/** What the charts of the platform show. */
export const TREND_CHARTS: {
  id: string;
  title: string;
  figures: TrendFigure[];
  target?: number;
  scale?: 'percent' | 'bytes';
}[] = [
  { id: 'chart-hit-rate', title: 'Hit rate', figures: [hitRate], target: 95, scale: 'percent' },
  { id: 'chart-response', title: 'Response time', figures: [mean, p95], target: 2 },
  { id: 'chart-memory', title: "Memory of the companies' caches", figures: [memory], scale: 'bytes' },
  { id: 'chart-cost', title: 'Cost per month', figures: [cost] },
];
