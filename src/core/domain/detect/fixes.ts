import type { AutoFix, IssueCode } from './issue.js';
import { fixCommand } from './wording.js';

/** What `fix` does about each issue, or why it does nothing. */
const FIXES: Record<IssueCode, { action: string; additionalActions: string[] } | { reason: string }> = {
  CACHE_THRASHING: {
    action: 'Let nothing expire before 5 minutes (shortest TTL)',
    additionalActions: ['Let the whole cache be cleared by the application once a minute at most'],
  },
  EXCESSIVE_MEMORY: {
    action: 'Let nothing live longer than 30 minutes, for a time',
    additionalActions: [
      'Clear the cache, with a backup',
      'Mark the company for review: the data itself must be repaired',
    ],
  },
  LOW_CACHE_EFFICIENCY: {
    action: 'Turn caching off for this company',
    additionalActions: ['Clear its cache'],
  },
  MISSING_TTL: { action: 'Give keys without an end a time to live', additionalActions: [] },
  ORPHANED_CACHE: { action: 'Remove its keys, with a backup', additionalActions: [] },
  COST_OVER_BUDGET: { reason: 'What a company may cost is a business decision' },
  LARGE_KEYS: { reason: 'What is stored is decided by the application: its code must store less' },
  EVICTION_PRESSURE: { reason: "The server's memory limit and what all companies hold must be weighed by a person" },
};

export function autoFixOf(code: IssueCode, companyId: string | null): AutoFix {
  const fix = FIXES[code];
  if ('reason' in fix) return { available: false, reason: fix.reason };
  if (companyId === null) return { available: false, reason: 'It concerns the whole platform' };
  return { available: true, ...fix, command: fixCommand(companyId, code) };
}
