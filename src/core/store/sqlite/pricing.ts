import { DEFAULT_PRICING, type PricingConfig } from '../../domain/pricing.js';
import { changedPricing } from '../pricing-change.js';
import { checkStored, parseStoredJson, SHAPES } from '../shapes.js';
import type { PricingChange, PricingRepository } from '../store.js';
import type { Database } from './database.js';

const WHAT = 'pricing configuration';

/** Prices and budgets: one row, changed under SQLite's write lock. */
export function pricingRepository(db: Database): PricingRepository {
  const read = (): PricingConfig => {
    const row = db.get('SELECT version, document FROM pricing WHERE id = 1');
    if (!row) return structuredClone(DEFAULT_PRICING);
    const document = parseStoredJson(String(row.document), WHAT, db.path);
    return checkStored(SHAPES.pricing, document, WHAT, db.path);
  };
  return {
    get: async () => read(),
    update: async (change: (current: PricingConfig) => PricingChange) =>
      db.immediate(() => {
        const next = changedPricing(read(), change, new Date());
        db.run(
          `INSERT INTO pricing (id, version, document) VALUES (1, ?, ?)
           ON CONFLICT (id) DO UPDATE SET version = excluded.version, document = excluded.document`,
          next.version,
          JSON.stringify(next),
        );
        return next;
      }),
  };
}
