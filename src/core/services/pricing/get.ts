import { PRICE_PATHS } from '../../domain/pricing-change/setting.js';
import { RcmError } from '../../errors.js';
import type { PricingReport } from './report.js';
import { nearestPaths } from './set.js';

/**
 * A part of the configuration by its path, e.g. `providers.redis` or `redis.storageCostPerMB`.
 * @throws RCM_USAGE naming the nearest paths
 */
export function partOf(report: PricingReport, path: string): unknown {
  const found = read(report, path) ?? read(report, `providers.${path}`) ?? read(report, `budgets.${path}`);
  if (found !== undefined) return found;
  throw new RcmError(
    'RCM_USAGE',
    `There is nothing at '${path}'`,
    `Did you mean ${nearestPaths(path).join(' or ')}? Paths: ${[...PRICE_PATHS, 'budgets'].join(', ')}.`,
  );
}

function read(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((part, name) => {
    const isObject = typeof part === 'object' && part !== null && Object.hasOwn(part, name);
    return isObject ? (part as Record<string, unknown>)[name] : undefined;
  }, value);
}
