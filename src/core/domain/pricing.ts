/** Prices, budgets and their history: the one document that the admin owns. Money is US dollars per month. */
export interface ProviderPrices {
  mongodb: { storageCostPerGB: number; queryCost: number; baseTierCost: number };
  redis: { storageCostPerMB: number; baseServiceCost: number };
  twilio: { recordingStoragePerGB: number; perCallCostPerMinute: number };
}

export type Provider = keyof ProviderPrices;

/** Every price: what it is paid for, and above which value it is more likely a slip than meant. US dollars. */
export const PRICES = {
  mongodb: {
    storageCostPerGB: { per: 'GB stored, per month', ceiling: 100 },
    queryCost: { per: 'query', ceiling: 0.01 },
    baseTierCost: { per: 'month, whatever is stored', ceiling: 100_000 },
  },
  redis: {
    storageCostPerMB: { per: 'MB stored, per month', ceiling: 100 },
    baseServiceCost: { per: 'month, shared by the companies', ceiling: 100_000 },
  },
  twilio: {
    recordingStoragePerGB: { per: 'GB of recordings, per month', ceiling: 100 },
    perCallCostPerMinute: { per: 'minute of calls', ceiling: 10 },
  },
} as const satisfies { [P in Provider]: Record<keyof ProviderPrices[P], { per: string; ceiling: number }> };

/** Dollars per month for each budget line. */
export interface BudgetAmounts {
  cache: number;
  storage: number;
  calls: number;
}

export type BudgetLineName = keyof BudgetAmounts;
export const BUDGET_LINES = ['cache', 'storage', 'calls'] as const satisfies readonly BudgetLineName[];

/** A company's own budget; a line that is absent falls back to the default. */
export interface CustomBudget {
  companyId: string;
  cacheBudget?: number | undefined;
  storageBudget?: number | undefined;
  callsBudget?: number | undefined;
  reason: string;
  setBy: string;
  setAt: Date;
}

export interface BudgetThresholds {
  warningPercent: number;
  criticalPercent: number;
}

/** One change of a price or (service `budgets`) of a budget. */
export interface PriceHistoryEntry {
  timestamp: Date;
  /** Number of the change, which is the version it made: the same for all that was changed at once. */
  change?: number | undefined;
  service: Provider | 'budgets';
  field: string;
  oldValue: number | null;
  newValue: number | null;
  changedBy: string;
  reason: string;
  impactEstimate: string | null;
}

export interface PricingConfig {
  providers: ProviderPrices;
  budgets: { defaultPerCompany: BudgetAmounts; thresholds: BudgetThresholds; customBudgets: CustomBudget[] };
  priceHistory: PriceHistoryEntry[];
  /** 0 while nothing was ever changed; each write adds 1. */
  version: number;
  createdAt: Date | null;
  updatedAt: Date | null;
}

/** What a new configuration starts with (master plan, "Default Recommended Values"). */
export const DEFAULT_PRICING: Readonly<PricingConfig> = Object.freeze({
  providers: {
    mongodb: { storageCostPerGB: 0.25, queryCost: 0.000001, baseTierCost: 57 },
    redis: { storageCostPerMB: 0.08, baseServiceCost: 20 },
    twilio: { recordingStoragePerGB: 0.05, perCallCostPerMinute: 0.0085 },
  },
  budgets: {
    defaultPerCompany: { cache: 5, storage: 10, calls: 50 },
    thresholds: { warningPercent: 80, criticalPercent: 120 },
    customBudgets: [],
  },
  priceHistory: [],
  version: 0,
  createdAt: null,
  updatedAt: null,
});
