import type { Check, DoctorReport } from '../../core/services/doctor/report.js';
import { printable } from '../table/column.js';
import { wrap } from '../table/wrap.js';
import type { Terminal } from '../terminal.js';

const MARKS: Record<Check['state'], { mark: string; color: string }> = {
  ok: { mark: '✔', color: '#10B981' },
  info: { mark: 'ℹ', color: '#60A5FA' },
  warning: { mark: '!', color: '#F59E0B' },
  failed: { mark: '✘', color: '#EF4444' },
};

/** Findings by area, each with what to do about it, and a closing line. */
export function doctorText({ checks }: DoctorReport, { chalk, width }: Terminal): string {
  const lines: string[] = [];
  const columns = Math.min(width, 120);
  for (const area of new Set(checks.map((check) => check.area))) {
    lines.push(chalk.bold(area === 'mongodb' ? 'MongoDB' : area[0]?.toUpperCase() + area.slice(1)));
    for (const { state, message, hint } of checks.filter((check) => check.area === area)) {
      const { mark, color } = MARKS[state];
      const [first = '', ...rest] = wrap(printable(message), columns - 4);
      lines.push(`  ${chalk.hex(color)(mark)} ${first}`, ...rest.map((line) => `    ${line}`));
      if (hint) lines.push(...wrap(`→ ${printable(hint)}`, columns - 4).map((line) => `    ${chalk.dim(line)}`));
    }
    lines.push('');
  }
  const count = (state: Check['state']) => checks.filter((check) => check.state === state).length;
  return [...lines, `${count('ok')} fine, ${count('warning')} to look at, ${count('failed')} failed`].join('\n');
}
