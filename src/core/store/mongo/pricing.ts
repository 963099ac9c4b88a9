import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_PRICING, type PricingConfig } from '../../domain/pricing.js';
import { conflict } from '../conflict.js';
import { changedPricing } from '../pricing-change.js';
import { checkStored, SHAPES } from '../shapes.js';
import type { PricingRepository } from '../store.js';
import type { Mongo } from './connect.js';
import { isDuplicateKey } from './errors.js';
import type { Models } from './models.js';

/** The one document: a fixed id, so that two first writes cannot make two. */
const ID = 'pricing';
const MAX_ATTEMPTS = 200;
const LONGEST_PAUSE_MS = 100;

/** Prices and budgets: one document, each write one atomic update guarded by `version` and repeated when overtaken. */
export function pricingRepository(mongo: Mongo, { pricing: model }: Models): PricingRepository {
  const read = async (): Promise<PricingConfig> => {
    const stored = await model.findById(ID).lean();
    if (!stored) return structuredClone(DEFAULT_PRICING);
    const { _id, ...document } = stored;
    return checkStored(SHAPES.pricing, document, 'pricing configuration', mongo.location);
  };

  /** False when another process wrote first. */
  const write = async (current: PricingConfig, next: PricingConfig): Promise<boolean> => {
    if (current.version === 0) {
      try {
        await model.insertMany([{ _id: ID, ...next }]);
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    }
    const { providers, budgets, updatedAt, version } = next;
    const added = next.priceHistory.slice(current.priceHistory.length);
    const result = await model.updateOne(
      { _id: ID, version: current.version },
      { $set: { providers, budgets, updatedAt, version }, $push: { priceHistory: { $each: added } } },
    );
    return result.matchedCount === 1;
  };

  return {
    get: () => mongo.run(read),
    update: (change) =>
      mongo.run(async () => {
        for (let attempt = 1; ; attempt++) {
          const current = await read();
          const next = changedPricing(current, change, new Date());
          if (await write(current, next)) return next;
          if (attempt === MAX_ATTEMPTS)
            throw conflict('The pricing configuration', current.version, current.version + 1);
          // Writers that met once must not meet again: each waits a random while, longer as it goes on.
          await delay(Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** attempt));
        }
      }),
  };
}
