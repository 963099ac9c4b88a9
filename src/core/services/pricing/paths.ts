import { distance } from 'fastest-levenshtein';
import { BUDGET_LINES, PRICE_PATHS } from '../../domain/pricing-change/setting.js';

/** Every setting but companies' own budgets. */
export const SETTING_PATHS: readonly string[] = [
  ...PRICE_PATHS,
  ...BUDGET_LINES.map((line) => `budgets.defaultPerCompany.${line}`),
  'budgets.thresholds.warningPercent',
  'budgets.thresholds.criticalPercent',
];

/** All that can be shown: settings, and what groups them. */
export const SHOWN_PATHS: readonly string[] = [
  ...new Set(SETTING_PATHS.flatMap((path) => [path.replace(/\.\w+$/, ''), path])),
  'budgets.customBudgets',
  'priceHistory',
];

/**
 * The nearest of some paths, in which it is contained, or letter by letter, whole or in the last part, else those of its
 * service: at most three.
 */
export function nearestPaths(path: string, paths: readonly string[] = PRICE_PATHS): string[] {
  const plain = (full: string) => full.toLowerCase().replace(/^(providers|budgets)\./, '');
  const last = (full: string) => full.slice(full.lastIndexOf('.') + 1);
  const wanted = plain(path);
  const whole = (full: string) => distance(plain(full), wanted);
  const far = (full: string) => {
    if (wanted !== '' && plain(full).includes(wanted)) return 0;
    return Math.min(whole(full), distance(last(plain(full)), last(wanted)));
  };
  const [best = '', ...others] = [...paths].sort((a, b) => far(a) - far(b) || whole(a) - whole(b));
  const ofService = paths.filter((full) => plain(full).startsWith(`${wanted.split('.')[0]}.`));
  if (far(best) > 3 && ofService.length > 0) return ofService.slice(0, 3);
  return [best, ...others.filter((full) => far(full) <= 3)].slice(0, 3);
}
