import { budgetEdits, thresholdEdits } from '../../../src/core/services/budget/edits.js';
import type { Ports } from '../../../src/core/services/ports.js';
import { applyPricing, previewPricing } from '../../../src/core/services/pricing/change.js';
import { priceEdits } from '../../../src/core/services/pricing/set.js';
import type { Store } from '../../../src/core/store/store.js';
import type { Settings } from './figures.js';
import type { Scale } from './plan.js';

/** A change of a price, a budget or a threshold, as the ledger and as the tool has it. */
export interface SettingChange {
  hour: number;
  path: string;
  value: number;
  actor: string;
}

/** What was changed, as the history must tell it. */
export interface ExpectedEntry extends Omit<SettingChange, 'hour'> {
  atMs: number;
  oldValue: number | null;
}

/** When what happens to the platform, in hours since its beginning. */
export interface Events {
  changes: SettingChange[];
  /** From … to: nobody takes snapshots. */
  weekend: [number, number];
  flushAt: number;
  evictAt: number;
  evictionsForgottenAt: number;
  fullFrom: number;
  fullTo: number;
  listedAnewAt: number;
}

export function eventsOf({ hours, companies }: Scale): Events {
  const at = (share: number): number => Math.floor(share * hours);
  const own = 'budgets.customBudgets.spender.cache';
  // What its share of the base cost leaves is too little while its documents are large.
  const tight = Math.round((20 / companies + 0.9) * 100) / 100;
  const change = (share: number, path: string, value: number, actor: string): SettingChange => ({
    hour: at(share),
    path,
    value,
    actor,
  });
  return {
    changes: [
      change(0.1, 'providers.redis.storageCostPerMB', 0.5, 'ann'),
      change(0.12, own, tight, 'bob'),
      change(0.27, own, tight * 3, 'bob'),
      change(0.36, own, tight, 'ann'),
      change(0.6, 'budgets.defaultPerCompany.storage', 7, 'cid'),
      change(0.7, 'budgets.thresholds.warningPercent', 75, 'cid'),
      change(0.75, 'providers.mongodb.queryCost', 0.0001, 'ann'),
      change(0.77, 'providers.redis.baseServiceCost', 30, 'ann'),
    ],
    weekend: [at(0.4), at(0.4) + Math.min(44, Math.ceil(0.3 * hours))],
    flushAt: at(0.8),
    evictAt: at(0.72),
    evictionsForgottenAt: at(0.72) + 3,
    fullFrom: at(0.85),
    fullTo: at(0.85) + 3,
    listedAnewAt: at(0.5),
  };
}

/** Makes a change the way the commands do. @returns what the history must hold of it */
export async function makeChange(
  ports: Ports & { store: Store },
  settings: Settings,
  { path, value, actor }: SettingChange,
): Promise<ExpectedEntry> {
  const edits = () => {
    const last = path.slice(path.lastIndexOf('.') + 1);
    const custom = /^budgets\.customBudgets\.(.+)\.(\w+)$/.exec(path);
    if (path.startsWith('providers.')) return priceEdits([`${path}=${value}`], false);
    if (path.startsWith('budgets.thresholds.')) return thresholdEdits({ warning: String(value) }, false);
    return budgetEdits(custom ? [custom[1] ?? ''] : null, { [last]: String(value) }, false);
  };
  const author = { actor, reason: `because of ${path}`, at: ports.clock() };
  const pricing = { ...ports, redis: () => Promise.resolve(ports.redis) };
  const preview = await previewPricing(pricing, edits);
  await applyPricing(pricing, edits, author, preview, true);
  const oldValue = settings.get(path) ?? null;
  settings.set(path, value);
  return { path, value, actor, atMs: author.at.getTime(), oldValue };
}
