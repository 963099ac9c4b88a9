import { ceilingOf, parseAmount } from '../../domain/pricing-change/amount.js';
import type { Edit } from '../../domain/pricing-change/edit.js';
import { priceSetting, type Setting, settingPath } from '../../domain/pricing-change/setting.js';
import { RcmError } from '../../errors.js';
import { nearestPaths } from './paths.js';

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
  assertLikely(setting, value, text.trim(), force);
  return value;
}

/** @param text the value as it was given @throws RCM_VALUE_INVALID for a value that is above what is likely, unless forced */
export function assertLikely(setting: Setting, value: number, text: string, force: boolean): void {
  const ceiling = ceilingOf(setting);
  if (value <= ceiling || force) return;
  throw new RcmError(
    'RCM_VALUE_INVALID',
    `The value ${text} of ${settingPath(setting)} is above ${ceiling.toLocaleString('en-US')}, which is more likely a slip than meant`,
    'Give --force if it is meant. Nothing was changed.',
  );
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
