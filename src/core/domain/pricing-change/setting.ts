import { ownBudget } from '../budget.js';
import {
  type BudgetLineName,
  type CustomBudget,
  PRICES,
  type PriceHistoryEntry,
  type PricingConfig,
  type Provider,
} from '../pricing.js';

/** A number that the admin sets: a price, a budget, or a threshold. */
export type Setting =
  | { kind: 'price'; provider: Provider; name: string }
  | { kind: 'defaultBudget'; line: BudgetLineName }
  | { kind: 'customBudget'; companyId: string; line: BudgetLineName }
  | { kind: 'threshold'; name: 'warningPercent' | 'criticalPercent' };

export const BUDGET_LINES = ['cache', 'storage', 'calls'] as const satisfies readonly BudgetLineName[];

/** Every price, as `providers.redis.storageCostPerMB`. */
export const PRICE_PATHS: readonly string[] = Object.entries(PRICES).flatMap(([provider, names]) =>
  Object.keys(names).map((name) => `providers.${provider}.${name}`),
);

/** The price that a path names, with or without `providers.`; null when there is none. */
export function priceSetting(path: string): Setting | null {
  const [provider = '', name = '', ...more] = path.replace(/^providers\./, '').split('.');
  const known = Object.hasOwn(PRICES, provider) && Object.hasOwn(PRICES[provider as Provider], name);
  return known && more.length === 0 ? { kind: 'price', provider: provider as Provider, name } : null;
}

/** Where a setting stands in the history. */
export function historyField(setting: Setting): Pick<PriceHistoryEntry, 'service' | 'field'> {
  switch (setting.kind) {
    case 'price':
      return { service: setting.provider, field: setting.name };
    case 'defaultBudget':
      return { service: 'budgets', field: `defaultPerCompany.${setting.line}` };
    case 'customBudget':
      return { service: 'budgets', field: `customBudgets.${setting.companyId}.${setting.line}` };
    case 'threshold':
      return { service: 'budgets', field: `thresholds.${setting.name}` };
  }
}

/** What an entry of the history changed; null when this version does not know it. Ids may contain dots. */
export function settingOf({ service, field }: Pick<PriceHistoryEntry, 'service' | 'field'>): Setting | null {
  if (service !== 'budgets') return priceSetting(`${service}.${field}`);
  const custom = /^customBudgets\.(.+)\.(cache|storage|calls)$/s.exec(field);
  if (custom) return { kind: 'customBudget', companyId: custom[1] as string, line: custom[2] as BudgetLineName };
  const standard = /^defaultPerCompany\.(cache|storage|calls)$/.exec(field)?.[1];
  if (standard !== undefined) return { kind: 'defaultBudget', line: standard as BudgetLineName };
  const name = /^thresholds\.(warningPercent|criticalPercent)$/.exec(field)?.[1];
  return name === undefined ? null : { kind: 'threshold', name: name as 'warningPercent' | 'criticalPercent' };
}

/** The path of a setting in the configuration, by which people and JSON name it. */
export function settingPath(setting: Setting): string {
  const { service, field } = historyField(setting);
  return service === 'budgets' ? `budgets.${field}` : `providers.${service}.${field}`;
}

/** The setting that a path names, as `settingPath` writes it; `providers.` and `budgets.` may be left out. Null when there is none. */
export function settingAt(path: string): Setting | null {
  return priceSetting(path) ?? settingOf({ service: 'budgets', field: path.replace(/^budgets\./, '') });
}

/** The value in force; null where a company has no budget of its own for the line. */
export function readSetting(
  { providers, budgets }: Pick<PricingConfig, 'providers' | 'budgets'>,
  setting: Setting,
): number | null {
  switch (setting.kind) {
    case 'price':
      return (providers[setting.provider] as Record<string, number>)[setting.name] ?? null;
    case 'defaultBudget':
      return budgets.defaultPerCompany[setting.line];
    case 'customBudget':
      return ownBudget(budgets, setting.companyId)?.[OWN_LINE[setting.line]] ?? null;
    case 'threshold':
      return budgets.thresholds[setting.name];
  }
}

/** A line's name in a company's own budget. */
export const OWN_LINE = {
  cache: 'cacheBudget',
  storage: 'storageBudget',
  calls: 'callsBudget',
} as const satisfies Record<BudgetLineName, keyof CustomBudget>;
