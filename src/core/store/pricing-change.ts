import type { PricingConfig } from '../domain/pricing.js';
import { assertStorable, SHAPES } from './shapes.js';
import type { PricingChange } from './store.js';

/** The configuration after one change: its version is one higher, its history longer by the change's entries. */
export function changedPricing(
  current: PricingConfig,
  change: (current: PricingConfig) => PricingChange,
  now: Date,
): PricingConfig {
  // `change` gets its own copy: one that edits it in place must not alter what a retry starts from.
  const { providers, budgets, history } = change(structuredClone(current));
  const next: PricingConfig = {
    providers: providers ?? current.providers,
    budgets: budgets ?? current.budgets,
    priceHistory: [...current.priceHistory, ...history],
    version: current.version + 1,
    createdAt: current.createdAt ?? now,
    updatedAt: now,
  };
  assertStorable(SHAPES.pricing, next, 'pricing configuration');
  return next;
}
