import type { PlatformReport } from '../../../core/services/report/report.js';
import { textOf } from '../../table/column.js';
import { unknownCostNote } from '../companies.js';
import { bytes, count, dollars, duration, percent } from '../figures.js';
import { FIGURES } from '../stats-figures.js';
import { METRICS, minute } from './columns.js';
import { type Html, html } from './html.js';
import { htmlTable } from './table.js';

/** A figure, and where in the JSON report it stands. */
function figure(path: string, value: number | null, text: string): Html {
  return html`<data value="${value === null ? '' : String(value)}" data-path="${path}">${text}</data>`;
}

/** Title, time and what could not be measured. */
export function header(report: PlatformReport, sections: readonly [id: string, title: string][]): Html {
  const { title, generatedAt, since, window, platform, warnings, complete } = report;
  const { snapshot } = platform;
  return html`<a class="skip" href="#summary">Skip to the summary</a>
<header><h1>${title}</h1>
<p class="soft">${minute(generatedAt)} UTC · changes, fixes, trends and success metrics since ${minute(since)} UTC · hit rates of ${duration(window.seconds)}</p>
${snapshot !== null && html`<p>Figures are from the snapshot of ${minute(snapshot.takenAt)} UTC, at today's prices and budgets.</p>`}
<nav aria-label="Sections"><ul>${sections.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
${
  warnings.length > 0 &&
  html`<section class="note" aria-labelledby="notes"><h3 id="notes">${complete ? 'Good to know' : 'This report is incomplete'}</h3><ul>${warnings.map((one) => html`<li>${one}</li>`)}</ul></section>`
}</header>`;
}

export function summary(report: PlatformReport): Html {
  const { platformStats: p, cost, redis, keys } = report.platform;
  const stats = 'platform.platformStats';
  const codes = ['healthy', 'warning', 'critical', 'unknown'] as const;
  const card = (name: string, value: Html, more?: Html | string) =>
    html`<dl class="card"><dt>${name}</dt><dd>${value}</dd>${more !== undefined && html`<dd class="small">${more}</dd>`}</dl>`;
  const terms = cost.unknown.filter((term) => !term.startsWith('twilio'));
  return html`<section aria-labelledby="summary"><h2 id="summary">Summary</h2>
<div class="cards">
${card('Companies', figure(`${stats}.companies.total`, p.companies.total, count(p.companies.total)))}
${codes.map((code) => card(code[0]?.toUpperCase() + code.slice(1), html`<span class="tag ${code}">${figure(`${stats}.companies.${code}`, p.companies[code], count(p.companies[code]))}</span>`))}
${card('Hit rate', figure(`${stats}.avgHitRate`, p.avgHitRate, percent(p.avgHitRate)), 'of recorded reads')}
${card('Cache', figure(`${stats}.totalMemoryBytes`, p.totalMemoryBytes, bytes(p.totalMemoryBytes)), html`${figure('platform.keys.companies', keys.companies, count(keys.companies))} keys`)}
${card('Redis memory', figure('platform.redis.usedMemoryBytes', redis.usedMemoryBytes, bytes(redis.usedMemoryBytes)), html`of ${redis.maxMemoryBytes === null ? 'no limit' : figure('platform.redis.maxMemoryBytes', redis.maxMemoryBytes, bytes(redis.maxMemoryBytes))}`)}
${card("Companies' cost", figure('platform.cost.companies', cost.companies, `${dollars(cost.companies)}${terms.length > 0 && cost.companies !== null ? '+' : ''}`), 'a month, Redis and MongoDB')}
${card('Platform cost', figure('platform.cost.platform', cost.platform, dollars(cost.platform)), html`a month, ${figure('platform.cost.unallocated', cost.unallocated, dollars(cost.unallocated))} unallocated`)}
${card('Calls', figure('platform.cost.twilio', cost.twilio, dollars(cost.twilio)), 'a month, Twilio, apart')}
</div>
${terms.length > 0 && cost.companies !== null && html`<p class="soft">${unknownCostNote(terms)}</p>`}
<details><summary>All figures of the platform</summary><dl class="facts">${platformFacts(report)}</dl></details></section>`;
}

function platformFacts({ platform, generatedAt, window, warnings }: PlatformReport): Html[] {
  const stats = { ...platform, generatedAt, window, warnings };
  return FIGURES.filter(({ onlyForMachines }) => !onlyForMachines).map((one) => {
    const value = one.value(stats);
    return html`<div><dt>${one.header}</dt><dd><data value="${value === null ? '' : String(value)}" data-figure="${one.name}">${textOf(one, stats)}</data></dd></div>`;
  });
}

/** The success metrics of the master plan, each with its target and what it rests on. */
export function metrics({ successMetrics }: PlatformReport): Html {
  return html`<section aria-labelledby="metrics"><h2 id="metrics">Success metrics</h2>
${htmlTable({
  id: 'metrics-table',
  caption: 'Success metrics: their targets, and what they rest on',
  rows: successMetrics,
  columns: METRICS,
  heading: 'title',
  cells: {
    met: ({ met }, text) => (met === null ? text : html`<span class="tag ${text}">${text}</span>`),
  },
})}</section>`;
}
