import type { CompanyView } from '../../domain/company-view.js';
import type { DetectedIssue } from '../../domain/detect/issue.js';
import { NEVER, type TtlGroup } from '../../domain/key-breakdown.js';
import { commandOn } from '../../domain/shell-word.js';

export interface NextCommand {
  command: string;
  purpose: string;
}

/** Share of the memory that never expires from which it is worth a look, in percent. */
const MUCH_PERCENT = 50;

/** What somebody who sees this company would want to run next, the most telling first. */
export function nextCommands(
  company: CompanyView,
  ttls: readonly TtlGroup[],
  largestKey: string | null,
  issues: readonly Pick<DetectedIssue, 'code' | 'autoFix'>[] = [],
): NextCommand[] {
  const on = (command: string, flags?: string) => commandOn(`rcm ${command}`, company.companyId, flags);
  const next: NextCommand[] = [];
  if (issues.length > 0)
    next.push({ command: on('detect'), purpose: 'what is wrong, why, what it costs, and what helps' });
  for (const { code, autoFix } of issues)
    if (autoFix.available)
      next.push({ command: autoFix.command, purpose: `repairs ${code}; shows what it would do first` });
  const never = ttls.find(({ name }) => name === NEVER)?.bytes ?? 0;
  if (company.metrics.hitRate === null)
    next.push({ command: 'rcm doctor', purpose: 'why no hit rate is recorded, and what to do' });
  if (Object.values(company.budget.lines).some(({ status }) => status === 'warning' || status === 'critical'))
    next.push({
      command: on('budget get'),
      purpose: 'what it may spend, and who set that',
    });
  if (company.metrics.clears24h)
    next.push({ command: on('activity', '--type clear'), purpose: 'who cleared it, when and why' });
  if (company.metrics.keys > 0 && never / Math.max(1, company.metrics.cacheBytes) >= MUCH_PERCENT / 100)
    next.push({ command: on('keys list', '--no-ttl'), purpose: 'keys that never expire' });
  if (company.metrics.hitRate !== null)
    next.push({ command: on('activity', '--patterns'), purpose: 'which keys hit and miss, and how often' });
  if (largestKey !== null)
    next.push({ command: commandOn('rcm keys get', largestKey), purpose: 'what the largest key holds' });
  if (company.metrics.keys > 0) next.push({ command: on('clear', '--dry-run'), purpose: 'what a clear would remove' });
  return next;
}

/** What somebody who sees only its snapshot would want to run next. */
export function nextAfterSnapshot(company: CompanyView): NextCommand[] {
  const now = {
    command: commandOn('rcm drill-down', company.companyId),
    purpose: 'the same as it is now, with its keys',
  };
  const issues = { command: commandOn('rcm detect', company.companyId), purpose: 'what is wrong now, and what helps' };
  const shown = nextCommands(company, [], null).filter(({ command }) => !/^rcm (doctor|clear)\b/.test(command));
  return [now, ...(company.issues.length > 0 ? [issues] : []), ...shown];
}
