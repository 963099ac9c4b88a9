import type { Settings } from './edit.js';

/** What is wrong with the settings as a whole; null when nothing is. */
export function settingsProblem({ budgets: { thresholds } }: Settings): string | null {
  const { warningPercent: warning, criticalPercent: critical } = thresholds;
  if (!(warning > 0)) return `The warning threshold must be above 0%, not ${warning}%`;
  if (!(warning < critical)) return `The warning threshold (${warning}%) must be below the critical one (${critical}%)`;
  return null;
}
