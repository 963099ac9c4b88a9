import type { ActivityEntry } from '../../domain/activity.js';
import { ACT_TYPES } from '../../domain/activity.js';
import type { IssueState } from '../../domain/issue.js';
import type { CostBefore } from '../../domain/report/costs.js';
import type { Range } from '../../domain/report/metric.js';
import { type Zone, zoneOf } from '../../domain/trends/zone.js';
import { DAY_MS } from '../../domain/units.js';
import { EXIT, messageOf, RcmError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import type { NameOf } from '../company/names.js';
import { listFixes } from '../fix/list.js';
import type { FixPorts } from '../fix/ports.js';
import type { ListedFix } from '../fix/report.js';
import { pricingHistory } from '../pricing/history.js';
import type { TrendsReport } from '../trends/report.js';
import { trends } from '../trends/trends.js';
import type { PlatformReport } from './report.js';

/** What the durable state remembers of the time; a part that could not be read is null. */
export interface Kept {
  changes: PlatformReport['changes'];
  /** Planned in the time. */
  fixes: ListedFix[] | null;
  /** Those before it too: one that was planned then may have ended, or cleared a cache, in it. */
  readFixes: ListedFix[] | null;
  trends: TrendsReport | null;
  /** Every state that is kept, resolved ones too. */
  issues: IssueState[] | null;
  /** Acts and commands of the time and of the day before it, the newest first; null also when there are more than are read. */
  acts: ActivityEntry[] | null;
  /** Whether `acts` is null because there are too many. */
  tooManyActs: boolean;
  /** The platform when the time began; null where no snapshot is of then. */
  first: CostBefore | null;
  complete: boolean;
}

export interface KeptRequest {
  range: Range;
  /** null: no Redis is asked, so nothing is measured anew. */
  fixPorts: FixPorts | null;
  names: NameOf;
}

/** More are not read. */
const MOST_FIXES = 1000;
const MOST_ACTS = 50_000;
const UTC = zoneOf('UTC') as Zone;

/** Reads all parts; what fails becomes a warning. @throws RCM_USAGE for a range of too many steps */
export async function readKept(store: Store | RcmError, request: KeptRequest, warnings: string[]): Promise<Kept> {
  const kept: Kept = {
    ...{
      changes: null,
      fixes: null,
      readFixes: null,
      trends: null,
      issues: null,
      acts: null,
      tooManyActs: false,
      first: null,
    },
    complete: !(store instanceof RcmError),
  };
  if (store instanceof RcmError) {
    warnings.push(`Trends, changes, fixes and what was noted before are unknown: ${store.message}`);
    return kept;
  }
  const { range, fixPorts, names } = request;
  const { since, until } = range;
  const part = async <T>(what: string, read: () => Promise<T>): Promise<T | null> =>
    read().catch((error: unknown) => {
      if (!(error instanceof RcmError) || error.exitCode !== EXIT.unreachable) throw error;
      kept.complete = false;
      warnings.push(`${what} unknown: ${messageOf(error)}`);
      return null;
    });
  const readTrends = () =>
    trends(
      store,
      {
        ...{ subject: null, compare: [], since, until, step: 'auto' as const, zone: UTC },
        metrics: ['hit-rate', 'response', 'memory', 'cost'],
      },
      until,
    ).catch((error: unknown) => {
      if (!(error instanceof RcmError) || error.code !== 'RCM_SNAPSHOT_MISSING') throw error;
      warnings.push('There are no trends: nothing was recorded yet. Run `rcm snapshot` every hour, from cron.');
      return null;
    });
  const [history, fixes, trend, issues, acts, first] = await Promise.all([
    part('Changes of prices and budgets are', () => pricingHistory(store, { since }, undefined, until)),
    part('Fixes are', () => listFixes(store, fixPorts, { limit: MOST_FIXES }, names)),
    part('Trends are', readTrends),
    part('What was noted of issues is', () => store.issues.list()),
    part('What was done is', () =>
      // What came before an issue or a fix at the start of the time counts too.
      store.activity.list({ types: [...ACT_TYPES], since: new Date(since.getTime() - DAY_MS), limit: MOST_ACTS }),
    ),
    part('What costs were is', () => store.snapshots.latestPlatform(new Date(since.getTime() + DAY_MS))),
  ]);
  warnings.push(...(history?.warnings ?? []), ...(fixes?.warnings ?? []), ...(trend?.report.warnings ?? []));
  if ((fixes?.warnings.length ?? 0) > 0) kept.complete = false;
  kept.changes = history?.entries ?? null;
  kept.readFixes = fixes?.fixes ?? null;
  kept.fixes = fixes?.fixes.filter(({ plannedAt }) => plannedAt >= since) ?? null;
  if ((kept.fixes?.length ?? 0) >= MOST_FIXES)
    warnings.push(`Only the newest ${MOST_FIXES.toLocaleString('en-US')} fixes are read: choose a later --since.`);
  kept.trends = trend?.report ?? null;
  kept.issues = issues;
  kept.tooManyActs = acts !== null && acts.length >= MOST_ACTS;
  kept.acts = kept.tooManyActs ? null : acts;
  // An older one tells nothing of when the time began.
  kept.first = first !== null && first.takenAt.getTime() >= since.getTime() - DAY_MS ? first : null;
  return kept;
}
