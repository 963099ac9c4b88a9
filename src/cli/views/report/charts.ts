import type { CompanyView } from '../../../core/domain/company-view.js';
import type { PlatformReport } from '../../../core/services/report/report.js';
import type { Column } from '../../table/column.js';
import { MONGODB_COST, REDIS_COST } from '../companies.js';
import { bytes, dollars } from '../figures.js';
import { barChart } from './chart/bar-chart.js';
import { lineChart } from './chart/line-chart.js';
import { minute, TREND_CHARTS, type TrendFigure } from './columns.js';
import { type Html, html } from './html.js';
import { htmlTable } from './table.js';

type Trends = NonNullable<PlatformReport['trends']>;
type Point = Trends['points'][number];

/** How the platform's figures went, a chart each with the same as a table. */
export function trendCharts({ trends }: PlatformReport): Html {
  if (trends === null || trends.points.every(({ reads, memoryBytes }) => reads === null && memoryBytes === null))
    return html`<section aria-labelledby="trends"><h2 id="trends">Trends</h2><p class="empty">There is no history of this time. <code>rcm snapshot</code>, run every hour, records it.</p></section>`;
  return html`<section aria-labelledby="trends"><h2 id="trends">Trends</h2>
<p class="soft">The platform, by the ${trends.step === '1h' ? 'hour' : 'day'} (${trends.timeZone}). What was not recorded is a gap.</p>
<div class="charts">${TREND_CHARTS.map((chart) => trendChart(trends, chart))}</div>
${forecastText(trends)}</section>`;
}

function trendChart(
  { points, step }: Trends,
  { id, title, figures, target, scale }: (typeof TREND_CHARTS)[number],
): Html {
  const lines = figures.map(({ label, value, text }) => ({
    label,
    points: points.map((point) => ({ at: point.at, value: value(point), text: text(point) })),
  }));
  const columns: Column<Point>[] = [
    {
      name: 'at',
      header: step === '1h' ? 'Hour' : 'Day',
      value: (p) => p.at.toISOString(),
      text: (p) => (step === '1h' ? minute(p.at) : minute(p.at).slice(0, 10)),
    },
    ...figures.map(
      ({ name, label, value, text }): Column<Point> => ({ name, header: label, value, text, align: 'right' }),
    ),
  ];
  const tick = TICKS[id] ?? String;
  return html`<figure><figcaption>${title}</figcaption>${lineChart({ id, title, description: figures.map((figure) => inWords(figure, points)).join(' '), lines, tick, target, scale })}
${legend(
  figures.map(({ label }) => label),
  target === undefined ? null : `target ${tick(target)}`,
)}
<details><summary>${title} as a table</summary>${htmlTable({ id: `${id}-data`, caption: `${title}, ${step === '1h' ? 'by the hour' : 'by the day'}`, rows: points, columns, heading: 'at' })}</details></figure>`;
}

const TICKS: Record<string, (value: number) => string> = {
  'chart-hit-rate': (v) => `${v}%`,
  'chart-response': (v) => `${Number(v.toPrecision(3))} ms`,
  'chart-memory': bytes,
  'chart-cost': dollars,
};

/** e.g. `Hit rate: between 81.0% and 96.2%, last 95.9%; known at 12 of 30 times.` */
function inWords({ label, value, text }: TrendFigure, points: readonly Point[]): string {
  const known = points
    .filter((point) => value(point) !== null)
    .sort((a, b) => (value(a) as number) - (value(b) as number));
  const [least, most, last] = [known[0], known.at(-1), points.findLast((point) => value(point) !== null)];
  if (!least || !most || !last) return `${label}: unknown.`;
  return `${label}: between ${text(least)} and ${text(most)}, last ${text(last)}; known at ${known.length} of ${points.length} times.`;
}

function legend(labels: readonly string[], target: string | null): Html {
  const entries = labels.map(
    (label, n) =>
      html`<li><svg viewBox="0 0 26 10" aria-hidden="true"><line class="line s${n + 1}" x1="0" x2="26" y1="5" y2="5"/></svg>${label}</li>`,
  );
  return html`<ul class="legend">${entries}${target !== null && html`<li><svg viewBox="0 0 26 10" aria-hidden="true"><line class="target" x1="0" x2="26" y1="5" y2="5"/></svg>${target}</li>`}</ul>`;
}

function forecastText({ forecasts, forecastMethod }: Trends): Html | false {
  const memory = forecasts.find(({ what }) => what === 'maxmemory');
  if (memory === undefined || memory.at === null || memory.limit === null) return false;
  const { at, earliest, latest, limit } = memory;
  const between =
    earliest && latest ? ` (between ${minute(earliest).slice(0, 10)} and ${minute(latest).slice(0, 10)})` : '';
  return html`<p>If things go on as they did, Redis reaches its limit of ${bytes(limit)} on ${minute(at).slice(0, 10)}${between}. <span class="soft">${forecastMethod}</span></p>`;
}

const MOST_BARS = 10;

/** Where the money goes: the dearest companies. */
export function costChart({ companies }: PlatformReport): Html | false {
  const dearest = companies
    .filter(({ costs }) => costs.infrastructure !== null && costs.infrastructure > 0)
    .sort((a, b) => (b.costs.infrastructure ?? 0) - (a.costs.infrastructure ?? 0))
    .slice(0, MOST_BARS);
  if (dearest.length === 0) return false;
  const name = (company: CompanyView) => company.companyName ?? company.companyId;
  const bars = dearest.map((company) => ({
    label: name(company),
    values: [company.costs.redis ?? 0, company.costs.mongodb ?? 0],
  }));
  const columns: Column<CompanyView>[] = [
    { name: 'name', header: 'Company', value: name },
    REDIS_COST,
    MONGODB_COST,
    {
      name: 'cost',
      header: 'Together',
      value: (c) => c.costs.infrastructure,
      text: (c) => dollars(c.costs.infrastructure),
      align: 'right',
    },
  ];
  const title = `The ${dearest.length === 1 ? 'dearest company' : `${dearest.length} dearest companies`}, by Redis and MongoDB cost a month`;
  const description = dearest.map((company) => `${name(company)}: ${dollars(company.costs.infrastructure)}`).join('; ');
  return html`<figure class="alone"><figcaption>${title}</figcaption>${barChart({ id: 'chart-dearest', title, description: `${description}.`, bars, parts: ['Redis', 'MongoDB'], text: dollars })}
<ul class="legend">${['Redis', 'MongoDB'].map((part, n) => html`<li><svg viewBox="0 0 26 10" aria-hidden="true"><rect class="bar s${n + 1}" x="1" y="1" width="24" height="8"/></svg>${part}</li>`)}</ul>
<details><summary>The dearest companies as a table</summary>${htmlTable({ id: 'chart-dearest-data', caption: title, rows: dearest, columns, heading: 'name' })}</details></figure>`;
}
