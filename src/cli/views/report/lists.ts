import { STATUS_URGENCY } from '../../../core/domain/health.js';
import type { PlatformReport } from '../../../core/services/report/report.js';
import { count, dollars } from '../figures.js';
import { costChart } from './charts.js';
import { ADVICE, CHANGES, COMPANIES, FIXES, ISSUES, NOT_JUDGED, NOTED } from './columns.js';
import { type Html, type HtmlValue, html } from './html.js';
import { adviceRows, issueRows } from './rows.js';
import { htmlTable } from './table.js';

/** Rows of a list beside the companies' that a page shows: a page is to be read. */
const MOST_ROWS = 500;

function section(id: string, title: string, content: HtmlValue): Html {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${content}</section>`;
}

function cut(all: number): Html | false {
  return (
    all > MOST_ROWS &&
    html`<p class="soft">The first ${MOST_ROWS} of ${count(all)} are shown; <code>rcm report --json</code> has all.</p>`
  );
}

const tag = (word: string): Html => html`<span class="tag ${word}">${word}</span>`;
const code = (text: string): HtmlValue => text !== '' && html`<code>${text}</code>`;

export function companies(report: PlatformReport): Html {
  const rows = report.companies;
  return section(
    'companies-title',
    'Companies',
    html`${costChart(report)}
<div class="tools" id="tools" hidden><div><label for="filter">Filter companies</label><input id="filter" type="search" autocomplete="off" placeholder="name, id or issue"></div>
<div><label for="status">Status</label><select id="status"><option value="">all</option><option>critical</option><option>warning</option><option>unknown</option><option>healthy</option></select></div>
<p id="count" role="status" aria-live="polite">${count(rows.length)} companies</p></div>
${
  rows.length === 0
    ? html`<p class="empty">No companies to show.</p>`
    : htmlTable({
        id: 'companies',
        caption: 'Companies, those that need attention first',
        rows,
        columns: COMPANIES,
        heading: 'name',
        sortable: true,
        cells: { status: ({ status }) => tag(status.code) },
        sortBy: { status: ({ status }) => STATUS_URGENCY[status.code] },
      })
}`,
  );
}

export function issues(report: PlatformReport): Html {
  const rows = issueRows(report);
  const { notedIssues, notJudged } = report;
  const severity = { severity: (row: { severity: string }) => tag(row.severity) };
  const bySeverity = { severity: (row: { severity: string }) => (row.severity === 'critical' ? 0 : 1) };
  const noted = () =>
    notedIssues === null || notedIssues.length === 0
      ? html`<p class="empty">No issue was noted.</p>`
      : html`<p>As they were noted last: a snapshot does not tell what is wrong now.</p>
${htmlTable({ id: 'noted', caption: 'Open issues', rows: notedIssues.slice(0, MOST_ROWS), columns: NOTED, heading: 'company', sortable: true, cells: severity, sortBy: bySeverity })}${cut(notedIssues.length)}`;
  const found = () =>
    rows.length === 0
      ? html`<p class="empty">No issue was found.</p>`
      : html`${htmlTable({
          id: 'issues',
          caption: 'Issues, the most severe first',
          rows: rows.slice(0, MOST_ROWS),
          columns: ISSUES,
          heading: 'company',
          sortable: true,
          cells: { ...severity, fix: (_, text) => code(text) },
          sortBy: bySeverity,
        })}${cut(rows.length)}`;
  return section(
    'issues-title',
    'Issues',
    html`${report.issues === null ? noted() : found()}
${
  notJudged.length > 0 &&
  html`<details><summary>What could not be judged</summary>${htmlTable({ id: 'not-judged', caption: 'Issues that could not be told', rows: notJudged, columns: NOT_JUDGED, heading: 'code' })}</details>`
}`,
  );
}

export function recommendations(report: PlatformReport): Html {
  const rows = adviceRows(report);
  const total = report.recommendations?.total ?? null;
  return section(
    'recommendations-title',
    'Recommendations',
    total === null
      ? html`<p class="empty">A snapshot does not tell what to recommend: leave <code>--from-snapshot</code> out.</p>`
      : rows.length === 0
        ? html`<p class="empty">There is nothing to recommend.</p>`
        : html`<p>The best set that can be followed together saves ${total.atMost && 'at most '}<strong><data value="${total.savingPerMonth}" data-path="recommendations.total.savingPerMonth">${dollars(total.savingPerMonth)}</data></strong> a month.</p>
${htmlTable({
  id: 'recommendations',
  caption: 'Recommendations, the best first',
  rows: rows.slice(0, MOST_ROWS),
  columns: ADVICE,
  heading: 'company',
  sortable: true,
  cells: { command: (_, text) => code(text) },
})}${cut(rows.length)}`,
  );
}

export function changes({ changes: rows }: PlatformReport): Html {
  const content =
    rows === null
      ? html`<p class="empty">Changes could not be read.</p>`
      : rows.length === 0
        ? html`<p class="empty">No price or budget was changed in this time.</p>`
        : html`${htmlTable({ id: 'changes', caption: 'Changes of prices and budgets, the newest first', rows: rows.slice(0, MOST_ROWS), columns: CHANGES, heading: 'path', sortable: true })}${cut(rows.length)}`;
  return section('changes-title', 'Price and budget changes', content);
}

export function fixes({ fixes: rows }: PlatformReport): Html {
  const content =
    rows === null
      ? html`<p class="empty">Fixes could not be read.</p>`
      : rows.length === 0
        ? html`<p class="empty">No fix was made in this time.</p>`
        : html`${htmlTable({ id: 'fixes', caption: 'Fixes and the hit rate measured since, the newest first', rows: rows.slice(0, MOST_ROWS), columns: FIXES, heading: 'company', sortable: true })}${cut(rows.length)}`;
  return section('fixes-title', 'Fixes and their effect', content);
}
