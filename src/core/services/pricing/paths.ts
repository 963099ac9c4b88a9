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

/** The nearest of some paths, letter by letter or in their last part: at most three. */
export function nearestPaths(path: string, paths: readonly string[] = PRICE_PATHS): string[] {
  const plain = (full: string) => full.toLowerCase().replace(/^(providers|budgets)\./, '');
  const last = (full: string) => full.slice(full.lastIndexOf('.') + 1);
  const wanted = plain(path);
  const far = (full: string) => Math.min(distance(plain(full), wanted), distance(last(plain(full)), last(wanted)));
  const [best = '', ...others] = [...paths].sort((a, b) => far(a) - far(b));
  return [best, ...others.filter((full) => far(full) <= 3)].slice(0, 3);
}
