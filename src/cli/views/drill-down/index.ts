import type { DrillDownReport } from '../../../core/services/drill-down/report.js';
import { printable } from '../../table/column.js';
import { markdownText, renderMarkdown, renderTable } from '../../table/render.js';
import { selectColumns } from '../../table/select.js';
import { wrap } from '../../table/wrap.js';
import { PLAIN, type Terminal, WIDE } from '../../terminal.js';
import { activityColumns, paintActivity } from '../activity.js';
import { companyJson } from '../companies.js';
import { money } from '../figures.js';
import { adviceJson } from '../recommend.js';
import { BUDGET_COLUMNS, budgetLines, cardRows, costText, overviewText, snapshotWords } from './cards.js';
import { curvesText } from './curves.js';
import { issuesMarkdown, issuesText } from './issues.js';
import { GROUP_COLUMNS, groupRows, keysText, SHOWN_KEY_COLUMNS } from './keys.js';

/** One company in full, for a terminal. */
export function drillDownText(report: DrillDownReport, terminal: Terminal): string {
  return [
    ...overviewText(report, terminal),
    '',
    ...issuesText(report, terminal),
    ...curvesText(report, terminal),
    '',
    ...costText(report, terminal),
    '',
    ...keysText(report, terminal),
    ...eventsText(report, terminal),
    '',
    ...nextText(report, terminal),
  ].join('\n');
}

function eventsText({ activityLog }: DrillDownReport, terminal: Terminal): string[] {
  const { bold, dim } = terminal.chalk;
  if (activityLog.length === 0) return [`${bold('Last events')}  ${dim('nothing recorded')}`];
  const columns = selectColumns(activityColumns(true), undefined, Math.min(terminal.width, WIDE));
  return [bold('Last events'), renderTable(activityLog, columns, terminal, paintActivity(terminal))];
}

function nextText({ nextCommands }: DrillDownReport, { chalk, width }: Terminal): string[] {
  const widest = Math.max(0, ...nextCommands.map(({ command }) => command.length));
  const longest = Math.max(0, ...nextCommands.map(({ purpose }) => purpose.length));
  const aligned = widest + longest + 4 <= width;
  return [
    chalk.bold('Next'),
    ...nextCommands.flatMap(({ command, purpose }) =>
      aligned
        ? [`  ${chalk.cyan(printable(command))}${' '.repeat(widest - command.length)}  ${chalk.dim(purpose)}`]
        : [`  ${chalk.cyan(printable(command))}`, ...wrap(purpose, width - 4).map((line) => `    ${chalk.dim(line)}`)],
    ),
  ];
}

/** For an issue or a wiki page. */
export function drillDownMarkdown(report: DrillDownReport): string {
  const { company, warnings, metrics, nextCommands } = report;
  const { icon, code } = company.status;
  return [
    `## ${markdownText(printable(company.companyName ?? company.companyId))}`,
    '',
    `${icon} ${code} · ${cardRows(report)
      .map((row) =>
        row
          .filter((cell) => cell !== '')
          .map(markdownText)
          .join(' · '),
      )
      .join('  \n')}`,
    '',
    ...(report.snapshot === null ? [] : [`Figures ${snapshotWords(report.snapshot)}.`, '']),
    ...warnings.flatMap((warning) => [`> ⚠ ${markdownText(printable(warning))}`, '']),
    ...issuesMarkdown(report),
    '```',
    ...curvesText(report, PLAIN),
    '```',
    '',
    renderMarkdown(budgetLines(report), BUDGET_COLUMNS),
    '',
    ...(metrics.cachedKeys === null
      ? []
      : [
          renderMarkdown(groupRows(report), GROUP_COLUMNS),
          '',
          renderMarkdown(metrics.cachedKeys, SHOWN_KEY_COLUMNS),
          '',
        ]),
    renderMarkdown(report.activityLog, selectColumns(activityColumns(true), undefined, WIDE)),
    '',
    ...nextCommands.map(({ command, purpose }) => `- \`${printable(command)}\`: ${purpose}`),
  ].join('\n');
}

/** As machines get it: money rounded to 6 decimals, nothing else. */
export function drillDownJson(report: DrillDownReport): DrillDownReport {
  const { costs } = report.metrics;
  const terms = costs.terms.map(({ term, cost }) => ({ term, cost: money(cost) }));
  return {
    ...report,
    company: companyJson(report.company),
    metrics: { ...report.metrics, costs: { terms, total: money(costs.total) } },
    advice: report.advice?.map(adviceJson) ?? null,
  };
}
