import { statusIcon } from '../../../core/domain/health.js';
import type { DrillDownReport } from '../../../core/services/drill-down/report.js';
import { printable } from '../../table/column.js';
import { markdownText } from '../../table/render.js';
import { wrap } from '../../table/wrap.js';
import type { Terminal } from '../../terminal.js';
import { points, savingWords } from '../recommend.js';

type Advice = NonNullable<DrillDownReport['advice']>[number];

const COLORS = { critical: '#EF4444', warning: '#F59E0B' } as const;
/** Advices that are shown; `recommend` has all. */
const MOST_ADVICES = 3;

/** What is wrong, and what helps most, the command on a line of its own; nothing where all is well. */
export function issuesText(report: DrillDownReport, { chalk, width: columns }: Terminal): string[] {
  const { detected, advice } = report;
  if (detected === null || advice === null) return foundLast(report, chalk);
  const width = Math.min(columns, 100);
  const lines: string[] = [];
  if (detected.length > 0) {
    lines.push(chalk.bold('Issues'));
    for (const { severity, code, summary } of detected) {
      lines.push(`  ${chalk.hex(COLORS[severity])(`${statusIcon(severity)} ${code}`)}`);
      lines.push(...wrap(printable(summary), width - 4).map((line) => `    ${line}`));
    }
    lines.push('');
  }
  if (advice.length > 0) {
    lines.push(chalk.bold('Recommended'));
    for (const one of advice.slice(0, MOST_ADVICES)) {
      lines.push(...wrap(printable(one.title), width - 2).map((line) => `  ${line}`));
      lines.push(`    ${chalk.bold(savingWords(one))}${chalk.dim(factsOf(one))}`);
      // Who looks at this page is not sent to it.
      const here = one.command.startsWith('rcm drill-down ');
      lines.push(`    ${here ? chalk.dim('see its costs and keys below') : chalk.cyan(printable(one.command))}`);
    }
    lines.push('');
  }
  return lines;
}

/** By name alone: nobody looked now. */
function foundLast({ issues }: DrillDownReport, chalk: Terminal['chalk']): string[] {
  if (issues.length === 0) return [];
  return [chalk.bold('Issues found last'), ...issues.map((code) => `  ${code}`), ''];
}

function factsOf(advice: Advice): string {
  const gain = advice.hitRateGain === null || advice.hitRateGain === 0 ? '' : ` · hit rate ${points(advice)}`;
  return `${gain} · ${advice.risk} risk, ${advice.effort}`;
}

export function issuesMarkdown({ detected, advice, issues }: DrillDownReport): string[] {
  const text = (value: string) => markdownText(printable(value));
  if (detected === null || advice === null)
    return [...issues.map((code) => `- **${code}** (found last)`), ...(issues.length > 0 ? [''] : [])];
  return [
    ...detected.map(({ severity, code, summary }) => `- ${statusIcon(severity)} **${code}**: ${text(summary)}`),
    ...(detected.length > 0 ? [''] : []),
    ...advice.map(
      (one) => `- ${text(one.title)} (${text(savingWords(one))}${text(factsOf(one))}): \`${printable(one.command)}\``,
    ),
    ...(advice.length > 0 ? [''] : []),
  ];
}
