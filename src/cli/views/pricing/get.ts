import { PRICES, type Provider } from '../../../core/domain/pricing.js';
import { OWN_LINE } from '../../../core/domain/pricing-change/setting.js';
import type { PricingReport } from '../../../core/services/pricing/report.js';
import type { Column } from '../../table/column.js';
import { renderTable } from '../../table/render.js';
import type { Terminal } from '../../terminal.js';
import { settingValue } from './value.js';

/** One number of the configuration. */
export interface PriceRow {
  path: string;
  value: number;
  per: string;
}

export const PRICE_COLUMNS: Column<PriceRow>[] = [
  { name: 'path', header: 'Setting', value: (r) => r.path, shrinks: true },
  { name: 'value', header: 'Value', value: (r) => r.value, text: (r) => settingValue(r.path, r.value), align: 'right' },
  { name: 'per', header: 'Per', value: (r) => r.per },
];

/** Every price, budget and threshold. */
export function priceRows({ providers, budgets }: PricingReport): PriceRow[] {
  const prices = Object.entries(providers).flatMap(([provider, values]) =>
    Object.entries(values as Record<string, number>).map(([name, value]) => ({
      path: `providers.${provider}.${name}`,
      value,
      per: `per ${(PRICES[provider as Provider] as Record<string, { per: string }>)[name]?.per ?? 'month'}`,
    })),
  );
  const standard = Object.entries(budgets.defaultPerCompany).map(([line, value]) => ({
    path: `budgets.defaultPerCompany.${line}`,
    value,
    per: 'per company and month',
  }));
  const own = budgets.customBudgets.flatMap((budget) =>
    Object.entries(OWN_LINE).flatMap(([line, name]) => {
      const value = budget[name];
      return value === undefined
        ? []
        : [{ path: `budgets.customBudgets.${budget.companyId}.${line}`, value, per: 'per month' }];
    }),
  );
  const thresholds = Object.entries(budgets.thresholds).map(([name, value]) => ({
    path: `budgets.thresholds.${name}`,
    value,
    per: 'of a budget line',
  }));
  return [...prices, ...standard, ...own, ...thresholds];
}

export function pricingText(report: PricingReport, terminal: Terminal): string {
  const { version, updatedAt } = report;
  const since =
    version === 0 || updatedAt === null
      ? 'As it came: nothing was ever changed.'
      : `Changed ${version} ${version === 1 ? 'time' : 'times'}, last at ${updatedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC.`;
  return [renderTable(priceRows(report), PRICE_COLUMNS, terminal), '', terminal.chalk.dim(since)].join('\n');
}
