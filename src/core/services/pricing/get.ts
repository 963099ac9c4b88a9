import type { PricingConfig } from '../../domain/pricing.js';
import { readSetting, settingAt } from '../../domain/pricing-change/setting.js';
import { RcmError } from '../../errors.js';
import { nearestPaths, SHOWN_PATHS } from './paths.js';
import type { PricingReport } from './report.js';

/**
 * A part of the configuration by its path, e.g. `providers.redis` or `redis.storageCostPerMB`.
 * @throws RCM_USAGE naming the nearest paths
 */
export function partOf(report: PricingReport, path: string): unknown {
  const ways = [path, `providers.${path}`, `budgets.${path}`].map((full) => read(report, full));
  const found = [...ways, ownBudget(report, path)].find((value) => value !== undefined);
  if (found !== undefined) return found;
  throw new RcmError(
    'RCM_USAGE',
    `There is nothing at '${path}'`,
    `Did you mean ${nearestPaths(path, SHOWN_PATHS).join(' or ')}? All of them: \`rcm pricing get\`.`,
  );
}

/** A company's own budget, whole or a line of it, by the path that `pricing get` shows. */
function ownBudget(report: PricingReport, path: string): unknown {
  const setting = settingAt(path);
  if (setting) return readSetting(report as Pick<PricingConfig, 'providers' | 'budgets'>, setting) ?? undefined;
  const id = path.replace(/^(budgets\.)?customBudgets\./, '');
  return report.budgets.customBudgets.find((own) => own.companyId === id);
}

function read(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((part, name) => {
    const isObject = typeof part === 'object' && part !== null && Object.hasOwn(part, name);
    return isObject ? (part as Record<string, unknown>)[name] : undefined;
  }, value);
}
