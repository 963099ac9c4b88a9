import { curveOfHours, curveOfSnapshots, type ReadCurve } from '../../domain/curve.js';
import { companyShares, costInput, evaluateCompany } from '../../domain/evaluate.js';
import { formatBytes } from '../../domain/format.js';
import { DAY_MS, HOUR_MS } from '../../domain/units.js';
import { type Window, windowEndingAt } from '../../domain/window.js';
import type { Store } from '../../store/store.js';
import { loggedActivity } from '../activity/recent.js';
import { openIssuesOf } from '../companies/open-issues.js';
import { companyInSnapshot } from '../companies/snapshot-facts.js';
import type { Ports } from '../ports.js';
import type { MemoryPoint } from './curves.js';
import type { DrillDownResult } from './drill-down.js';
import { EVENTS, reportOf } from './make-report.js';

/**
 * One company as the newest snapshot has it, at today's prices and budgets: no Redis is asked. What only its keys tell is
 * null. Its reads are the hours of counters that snapshots kept, its issues those that were found last.
 * @param word an id, a name, or a part of just one name
 * @throws RCM_SNAPSHOT_MISSING, RCM_COMPANY_NOT_FOUND, RCM_COMPANY_AMBIGUOUS; RCM_STORE_*, RCM_MONGODB_*
 */
export async function drillDownFromSnapshot(
  { config, store, clock }: Pick<Ports, 'config' | 'clock'> & { store: Store },
  word: string,
): Promise<DrillDownResult> {
  const now = clock();
  const { facts, all, snapshot } = await companyInSnapshot(store, now, word);
  const { companyId, companyName } = facts;
  const window = windowEndingAt(snapshot.takenAt, DAY_MS);
  const [pricing, curves, recent, open] = await Promise.all([
    store.pricing.get(),
    curvesOf(store, companyId, window),
    loggedActivity({ config, store }, { companyId, companyName, ...EVENTS, until: now }),
    openIssuesOf(store, companyId),
  ]);
  const rules = { pricing, baseShare: config.costs.baseShare };
  const share = companyShares(all.companies, all.platform.source, rules).get(companyId) ?? null;
  const report = reportOf({
    generatedAt: now,
    window,
    snapshot,
    usageMeasuredAt: snapshot.takenAt,
    pricing,
    facts,
    view: { ...evaluateCompany(facts, share, pricing), ...open },
    costs: costInput(facts, share),
    keys: null,
    curves,
    events: recent.entries,
    detected: null,
    advice: null,
    warnings: [...all.recorded.warnings, ...recent.warnings, NO_KEYS],
  });
  return { report, complete: recent.complete };
}

const NO_KEYS = 'A snapshot holds no keys: without --from-snapshot they are read.';

async function curvesOf(
  store: Pick<Store, 'snapshots' | 'counterHours'>,
  companyId: string,
  window: Window,
): Promise<{ reads: ReadCurve; memory: MemoryPoint[] }> {
  const firstHourMs = Math.floor(window.from.getTime() / HOUR_MS) * HOUR_MS;
  const [rows, spans] = await Promise.all([
    store.snapshots.companyRange(companyId, window.from, window.to),
    store.counterHours.range(companyId, firstHourMs, window.to.getTime()),
  ]);
  return {
    reads: curveOfHours(spans, window) ?? curveOfSnapshots(rows, window),
    memory: rows.map(({ takenAt, cacheBytes, keys }) => ({
      at: takenAt,
      cacheBytes,
      cacheSize: formatBytes(cacheBytes),
      keys,
    })),
  };
}
