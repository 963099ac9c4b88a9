import { distance } from 'fastest-levenshtein';
import { ceilingOf, parseAmount } from '../../domain/pricing-change/amount.js';
import type { Edit } from '../../domain/pricing-change/edit.js';
import { PRICE_PATHS, priceSetting, type Setting, settingPath } from '../../domain/pricing-change/setting.js';
import { RcmError } from '../../errors.js';

/**
 * Prices from words such as `providers.redis.storageCostPerMB=0.09`.
 * @param force take values above what is likely
 * @throws RCM_USAGE for paths that are unknown or named twice, RCM_VALUE_INVALID for values that cannot be
 */
export function priceEdits(words: readonly string[], force: boolean): Edit[] {
  const seen = new Set<string>();
  return words.map((word) => {
    const equals = word.indexOf('=');
    if (equals < 0)
      throw new RcmError('RCM_USAGE', `'${word}' has no value`, 'Write PATH=VALUE, e.g. redis.storageCostPerMB=0.09.');
    const setting = settingNamed(word.slice(0, equals).trim());
    const path = settingPath(setting);
    if (seen.has(path)) throw new RcmError('RCM_USAGE', `${path} is given twice`, 'Give it once.');
    seen.add(path);
    return { setting, value: amountFor(setting, word.slice(equals + 1), force) };
  });
}

/** @throws RCM_VALUE_INVALID */
export function amountFor(setting: Setting, text: string, force: boolean): number {
  const value = parseAmount(text);
  const path = settingPath(setting);
  if (typeof value === 'object')
    throw new RcmError(
      'RCM_VALUE_INVALID',
      `The value '${text}' of ${path} ${value.wrong}`,
      'Examples: $0.27, 0.27, 1e-6. Nothing was changed.',
    );
  const ceiling = ceilingOf(setting);
  if (value > ceiling && !force)
    throw new RcmError(
      'RCM_VALUE_INVALID',
      `The value ${text.trim()} of ${path} is above ${ceiling.toLocaleString('en-US')}, which is more likely a slip than meant`,
      'Give --force if it is meant. Nothing was changed.',
    );
  return value;
}

/** @throws RCM_USAGE with the nearest paths */
function settingNamed(path: string): Setting {
  const setting = priceSetting(path);
  if (setting) return setting;
  const budgets = /^budgets?\b/.test(path) ? ' Budgets are set with `rcm budget set`.' : '';
  throw new RcmError(
    'RCM_USAGE',
    `There is no price '${path}'`,
    `Did you mean ${nearestPaths(path).join(' or ')}?${budgets}`,
  );
}

/** The nearest paths, letter by letter or in their last part. */
export function nearestPaths(path: string): string[] {
  const wanted = path.toLowerCase().replace(/^providers\./, '');
  const last = (full: string) => full.slice(full.lastIndexOf('.') + 1);
  const far = (full: string) => {
    const known = full.toLowerCase().replace(/^providers\./, '');
    return Math.min(distance(known, wanted), distance(last(known), last(wanted)));
  };
  const [best = '', ...others] = [...PRICE_PATHS].sort((a, b) => far(a) - far(b));
  return [best, ...others.filter((full) => far(full) <= 3)].slice(0, 3);
}
