import { type Alert, type AlertFacts, mostUrgentFirst } from '../../domain/alerts/alert.js';
import { type Judgement, judge } from '../../domain/alerts/judge.js';
import { EVICTIONS_OVER_MS } from '../../domain/evictions.js';
import { issueId } from '../../domain/issue.js';
import { messageOf, RcmError } from '../../errors.js';
import type { RedisConnection } from '../../redis/connect/connect.js';
import { failedReplicas } from '../../redis/connect/failed-replicas.js';
import type { Store } from '../../store/store.js';
import type { Survey } from '../companies/survey.js';
import { INFO_REFUSED } from '../stats/stats.js';
import type { AlertsReport } from './report.js';

/** @param redis null when a snapshot is looked at */
export interface AlertPorts {
  store: Store | RcmError;
  redis: RedisConnection | null;
}

/**
 * What needs attention, since when, and what helps. What was measured now is recorded, so that the next look knows since
 * when; a snapshot is only looked at. Never throws: what cannot be told is a warning, and `complete` is false.
 */
export async function alerts(found: Survey, ports: AlertPorts): Promise<AlertsReport> {
  const { generatedAt, window, snapshot, usageMeasuredAt } = found;
  const warnings = [...found.warnings];
  const facts = await factsOf(found, ports, warnings);
  const judgement = judge(facts);
  const since = await sinceWhen(found, judgement, ports.store, warnings);
  const list = judgement.found.map((finding): Alert => ({ ...finding, since: since(finding) })).sort(mostUrgentFirst);
  const count = (severity: Alert['severity']) => list.filter((alert) => alert.severity === severity).length;
  return {
    generatedAt,
    window,
    snapshot,
    usageMeasuredAt,
    worst: list[0]?.severity ?? null,
    counts: { critical: count('critical'), warning: count('warning') },
    alerts: list,
    complete: facts.complete && (snapshot !== null || facts.servers !== null),
    notifications: null,
    warnings,
  };
}

async function factsOf(found: Survey, { store, redis }: AlertPorts, warnings: string[]): Promise<AlertFacts> {
  const measuredAt = found.snapshot?.takenAt ?? found.generatedAt;
  const past = await pastSnapshots(found, store, warnings);
  const { servers } = found;
  if (found.snapshot === null && servers === null) warnings.push(INFO_REFUSED);
  const { usedMemoryBytes: usedBytes, maxMemoryBytes: maxBytes } = found.redis;
  return {
    companies: found.companies,
    // A store that could not be opened has been told of already.
    complete: found.complete && (past.lastSnapshot !== null || store instanceof RcmError),
    memory:
      servers?.map((server) => ({
        label: server.label,
        usedBytes: server.usedMemoryBytes,
        maxBytes: server.maxMemoryBytes,
        policy: server.maxMemoryPolicy,
      })) ?? (found.snapshot === null ? null : [{ label: 'Redis', usedBytes, maxBytes, policy: null }]),
    redis: found.redis,
    servers,
    failedReplicas: redis && (await failedReplicas(redis)),
    ...past,
    measuredAt,
    now: found.generatedAt,
  };
}

/** The newest snapshot, and the one since which evictions are counted: before the one that is looked at, if one is. */
async function pastSnapshots(
  { snapshot, generatedAt }: Survey,
  store: Store | RcmError,
  warnings: string[],
): Promise<Pick<AlertFacts, 'lastSnapshot' | 'evictionsSince'>> {
  if (store instanceof RcmError) return { lastSnapshot: null, evictionsSince: null };
  const { snapshots } = store;
  const before = (ms: number) => snapshots.latestPlatform(new Date(ms));
  try {
    const measuredMs = snapshot?.takenAt.getTime() ?? generatedAt.getTime();
    const row = await before(snapshot === null ? measuredMs : measuredMs - 1);
    const base = row && ((await before(measuredMs - EVICTIONS_OVER_MS)) ?? row);
    return {
      lastSnapshot: snapshot ?? (row ? { takenAt: row.takenAt } : 'none'),
      evictionsSince: base && { takenAt: base.takenAt, evictedKeys: base.redisEvictedKeys },
    };
  } catch (error) {
    warnings.push(`Whether snapshots are taken is unknown: ${messageOf(error)}`);
    return { lastSnapshot: null, evictionsSince: null };
  }
}

/** Since when each finding is known. Recording it may fail where reading works: then what others recorded counts. */
async function sinceWhen(
  found: Survey,
  { found: findings, examined }: Judgement,
  store: Store | RcmError,
  warnings: string[],
): Promise<(finding: Judgement['found'][number]) => Date | null> {
  if (store instanceof RcmError) return () => null;
  const at = found.generatedAt;
  let unseen: Date | null = found.snapshot?.takenAt ?? null;
  let states: Awaited<ReturnType<Store['issues']['list']>> = [];
  try {
    if (found.snapshot === null) states = await store.issues.record({ seen: findings, examined, at });
    else states = await store.issues.list({ open: true });
  } catch (error) {
    unseen = null;
    states = await store.issues.list({ open: true }).catch(() => []);
    warnings.push(`Since when is not recorded, and partly unknown: ${messageOf(error)}`);
  }
  const first = new Map(states.map((state) => [issueId(state), state.firstSeen]));
  return (finding) => first.get(issueId(finding)) ?? unseen;
}
