import type { CompanyView } from '../../../src/core/domain/company-view.js';
import type { Figures } from './figures.js';

const LEVELS = { within_budget: 'fine', warning: 'warning', critical: 'critical', unknown: null } as const;

/** Of a company as the tool shows it, what the ledger knows. */
export function shownOf({ companyId: id, orphan, metrics, costs, budget, status }: CompanyView) {
  const line = ({ used, percentUsed: percent, status }: CompanyView['budget']['lines']['cache']) => ({
    ...{ used, percent, level: LEVELS[status] },
  });
  const { keys, cacheBytes: bytes, hitRate, avgResponseMs: responseMs, clears24h: clears } = metrics;
  const { cache, storage, calls } = budget.lines;
  return {
    ...{ id, orphan, keys, bytes, hitRate, responseMs, clears, score: status.score, status: status.code },
    ...{ redisCost: costs.redis, mongodbCost: costs.mongodb, twilioCost: costs.twilio },
    budget: { cache: line(cache), storage: line(storage), calls: line(calls) },
    headline: line(budget),
  };
}

/** The same as it must be. */
export function expectedView(figures: Figures) {
  const { hits: _, misses: __, readUs: ___, coveredMs: ____, ...shown } = figures;
  return shown;
}
