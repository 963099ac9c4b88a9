import type { PricingConfig } from '../../domain/pricing.js';
import type { Edit } from '../../domain/pricing-change/edit.js';
import { type RevertedSetting, settingsOfChange } from '../../domain/pricing-change/history.js';
import { RcmError } from '../../errors.js';

/**
 * What brings every setting of a change back to what stood before it, whatever was changed since.
 * @throws RCM_CHANGE_NOT_FOUND with the numbers that there are; RCM_NOT_APPLICABLE for a setting of another version
 */
export function revertEdits(config: PricingConfig, change: number): Edit[] {
  return revertedSettings(config, change).map(({ path, setting, oldValue }) => {
    if (setting === null || (oldValue === null && setting.kind !== 'customBudget'))
      throw new RcmError(
        'RCM_NOT_APPLICABLE',
        `Change ${change} set ${path}, which this version cannot take back`,
        'Nothing was changed. Upgrade rcm, or set the others with `rcm pricing set`.',
      );
    return { setting, value: oldValue };
  });
}

/** What will be lost: settings of the change that were set again since. @throws as revertEdits */
export function revertWarnings(config: PricingConfig, change: number): string[] {
  return revertedSettings(config, change)
    .filter(({ again }) => again.length > 0)
    .map(
      ({ path, again }) =>
        `${path} was set again since, by ${again.length === 1 ? 'change' : 'changes'} ${again.join(', ')}: it goes back to what stood before change ${change}.`,
    );
}

function revertedSettings({ priceHistory }: PricingConfig, change: number): RevertedSetting[] {
  const settings = settingsOfChange(priceHistory, change);
  if (settings.length > 0) return settings;
  const numbers = priceHistory.flatMap((entry) => entry.change ?? []);
  const [first, last] = [numbers[0], numbers.at(-1)];
  const some = first === last ? `has change ${first} alone` : `has changes ${first} to ${last}`;
  const range = first === undefined ? 'Nothing was ever changed.' : `It ${some}: see \`rcm pricing history\`.`;
  throw new RcmError('RCM_CHANGE_NOT_FOUND', `There is no change ${change} in the history`, range);
}
