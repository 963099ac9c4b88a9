import { createHash } from 'node:crypto';
import type { PlatformReport } from '../../../core/services/report/report.js';
import { trendCharts } from './charts.js';
import { Html, html } from './html.js';
import { changes, companies, fixes, issues, recommendations } from './lists.js';
import { SCRIPT } from './script.js';
import { STYLE } from './style.js';
import { header, metrics, summary } from './summary.js';

const SECTIONS: [id: string, title: string][] = [
  ['summary', 'Summary'],
  ['metrics', 'Success metrics'],
  ['trends', 'Trends'],
  ['companies-title', 'Companies'],
  ['issues-title', 'Issues'],
  ['recommendations-title', 'Recommendations'],
  ['changes-title', 'Changes'],
  ['fixes-title', 'Fixes'],
];

/** One HTML page that needs nothing else: its style and its script are the only ones that its policy lets run. */
export function reportHtml(report: PlatformReport): string {
  const policy = [
    "default-src 'none'",
    `style-src '${hash(STYLE)}'`,
    `script-src '${hash(SCRIPT)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${report.title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
${header(report, SECTIONS)}
<main>
${summary(report)}
${metrics(report)}
${trendCharts(report)}
${companies(report)}
${issues(report)}
${recommendations(report)}
${changes(report)}
${fixes(report)}
</main>
<footer><p>Made by <code>rcm report</code>. A dash is unknown, never zero. A month is 30 days; sizes are in powers of 1024; money is in US dollars.</p></footer>
<div id="live" class="hidden" role="status" aria-live="polite"></div>
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`.text;
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
