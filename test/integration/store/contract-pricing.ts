import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { DEFAULT_PRICING } from '../../../src/core/domain/pricing.js';
import { childScript } from '../../support/child-script.js';
import { at, HOSTILE, historyEntry } from './builders.js';
import type { ContractContext } from './contract.js';

const writer = join(import.meta.dirname, 'pricing-writer.ts');

export function pricingContract(context: ContractContext): void {
  it('gives a fresh copy of the defaults while nothing was written', async () => {
    const first = await context.store.pricing.get();
    expect(first).toEqual(DEFAULT_PRICING);
    first.providers.redis.storageCostPerMB = 99;
    expect((await context.store.pricing.get()).providers.redis.storageCostPerMB).toBe(0.08);
  });

  it('stores changes, with their history, for every other connection', async () => {
    await context.store.pricing.update((current) => ({
      providers: { ...current.providers, redis: { storageCostPerMB: 0.09, baseServiceCost: 20 } },
      history: [historyEntry('first')],
    }));
    const custom = {
      companyId: HOSTILE,
      cacheBudget: 8,
      reason: 'big',
      setBy: 'ann',
      setAt: at('2026-03-01T00:00:00Z'),
    };
    const returned = await context.store.pricing.update((current) => ({
      budgets: { ...current.budgets, customBudgets: [{ ...custom, storageBudget: undefined }] },
      history: [historyEntry('second'), historyEntry('third')],
    }));
    const other = await context.harness.open();
    const stored = await other.pricing.get();
    await other.close();
    expect(stored).toEqual(returned);
    expect(stored.providers.redis).toEqual({ storageCostPerMB: 0.09, baseServiceCost: 20 });
    expect(stored.providers.twilio).toEqual(DEFAULT_PRICING.providers.twilio);
    expect(stored.budgets).toEqual({ ...DEFAULT_PRICING.budgets, customBudgets: [custom] });
    expect(stored.priceHistory).toEqual(['first', 'second', 'third'].map(historyEntry));
    expect(stored.version).toBe(2);
    expect(stored.createdAt?.getTime()).toBeLessThanOrEqual(stored.updatedAt?.getTime() ?? 0);
  });

  it('writes nothing when the change throws, or is not storable', async () => {
    const own = new Error('the caller refuses');
    const refuse = context.store.pricing.update(() => {
      throw own;
    });
    await expect(refuse).rejects.toBe(own);
    const nan = context.store.pricing.update((current) => ({
      providers: { ...current.providers, redis: { storageCostPerMB: Number.NaN, baseServiceCost: 1 } },
      history: [],
    }));
    await expect(nan).rejects.toThrow(TypeError);
    await expect(nan).rejects.toThrow('providers.redis.storageCostPerMB');
    expect((await context.store.pricing.get()).version).toBe(0);
  });

  it('loses none of 50 changes made at once over many connections, from the very first write', async () => {
    const stores = await Promise.all(Array.from({ length: 5 }, () => context.harness.open()));
    const names = Array.from({ length: 50 }, (_, i) => `change ${i}`);
    await Promise.all(names.map((name, i) => stores[i % 5]?.pricing.update(() => ({ history: [historyEntry(name)] }))));
    await Promise.all(stores.map((store) => store.close()));
    const { version, priceHistory } = await context.store.pricing.get();
    expect(version).toBe(50);
    expect(priceHistory.map((e) => e.reason).sort()).toEqual([...names].sort());
  });

  it('loses no change of several processes, each opening the state for the first time', async () => {
    const options = JSON.stringify(context.harness.options());
    const names = ['a', 'b', 'c', 'd'];
    const script = await childScript(writer);
    await Promise.all(names.map((name) => execa(process.execPath, [script, options, name, '8'])));
    const { version, priceHistory } = await context.store.pricing.get();
    expect(version).toBe(32);
    const expected = names.flatMap((name) => Array.from({ length: 8 }, (_, i) => `${name}-${i}`));
    expect(priceHistory.map((e) => e.reason).sort()).toEqual(expected.sort());
  });

  it('refuses a damaged configuration, naming the path, and does not overwrite it', async () => {
    await context.store.pricing.update(() => ({ history: [historyEntry('kept')] }));
    await context.harness.damagePricing();
    const damaged = {
      code: 'RCM_STORE_DAMAGED',
      message: expect.stringContaining('budgets.thresholds.warningPercent'),
    };
    await expect(context.store.pricing.get()).rejects.toMatchObject(damaged);
    await expect(context.store.pricing.update(() => ({ history: [] }))).rejects.toMatchObject(damaged);
    await expect(context.store.pricing.get()).rejects.toMatchObject(damaged);
  });

  it.each([
    ['a word for a number', 'budgets.thresholds.warningPercent', 'lots'],
    ['a negative price', 'providers.redis.storageCostPerMB', -1],
    ['no price', 'providers.redis.storageCostPerMB', null],
    ['an older version: a price is missing', 'providers.twilio.perCallCostPerMinute', undefined],
    ['an older version: a provider is missing', 'providers.twilio', undefined],
    ['an older version: no number', 'version', undefined],
    ['a newer version: a new price', 'providers.redis.pricePerShard', 3],
    ['a newer version: a new part', 'currency', 'EUR'],
    ['a newer version: a new budget line', 'budgets.defaultPerCompany.tokens', 5],
    ['a newer version: more in the history', 'priceHistory.0.approvedBy', 'bob'],
    ['a history of something else', 'priceHistory.0.newValue', 'much'],
    ['a number of a change that cannot be', 'priceHistory.0.change', 0.5],
  ])('%s: refused with the path, and left as it is', async (_, path, value) => {
    await context.store.pricing.update(() => ({ history: [historyEntry('kept')] }));
    await context.harness.alterPricing(path, value);
    const before = await context.harness.rawPricing();
    const refused = { code: 'RCM_STORE_DAMAGED', message: expect.stringContaining(`at ${path}:`) };
    await expect(context.store.pricing.get()).rejects.toMatchObject(refused);
    await expect(context.store.pricing.update(() => ({ history: [historyEntry('lost')] }))).rejects.toMatchObject(
      refused,
    );
    expect(await context.harness.rawPricing()).toBe(before);
  });
}
