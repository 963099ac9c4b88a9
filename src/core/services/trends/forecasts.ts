import { budgetAmounts } from '../../domain/budget.js';
import type { PricingConfig } from '../../domain/pricing.js';
import { type DailyValue, forecast } from '../../domain/trends/forecast.js';
import type { Zone } from '../../domain/trends/zone.js';
import type { GaugeValue, History } from './history.js';
import type { TrendForecast } from './report.js';

/** When a company's cache and storage budgets are used up. */
export function budgetForecasts(
  companyId: string,
  { values }: History,
  { budgets }: PricingConfig,
  zone: Zone,
): TrendForecast[] {
  const amounts = budgetAmounts(budgets, companyId);
  return (['cache', 'storage'] as const).map((line) => ({
    what: `${line} budget` as const,
    companyId,
    unit: 'dollars',
    ...forecast(daily(values[line], zone), amounts[line]),
  }));
}

/** When Redis's memory reaches maxmemory, as it was set when it was measured last. */
export function memoryForecast({ values }: History, zone: Zone): TrendForecast {
  const limit = values.memory.findLast(({ value }) => value !== null)?.limit ?? null;
  return {
    what: 'maxmemory',
    companyId: null,
    unit: 'bytes',
    ...forecast(daily(values.memory, zone), limit === 0 ? null : limit),
  };
}

/** The last known value of each day. */
function daily(values: readonly GaugeValue[], zone: Zone): DailyValue[] {
  const days = new Map<number, DailyValue>();
  for (const { atMs, value } of values) if (value !== null) days.set(zone.startOfDay(atMs), { atMs, value });
  return [...days.values()];
}
