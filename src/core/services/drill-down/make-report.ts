import type { FeedEntry } from '../../domain/activity-feed.js';
import type { CompanyView } from '../../domain/company-view.js';
import { type CostInput, costTerms } from '../../domain/cost.js';
import type { ReadCurve } from '../../domain/curve.js';
import type { CompanyFacts } from '../../domain/evaluate.js';
import { formatBytes } from '../../domain/format.js';
import type { KeyGroup } from '../../domain/key-breakdown.js';
import type { PricingConfig } from '../../domain/pricing.js';
import type { Window } from '../../domain/window.js';
import { showKey } from '../../redis/keys/key-argument.js';
import type { KeyInfo } from '../../redis/keys/key-info.js';
import { reportEntry } from '../activity/report.js';
import type { MemoryPoint } from './curves.js';
import { nextAfterSnapshot, nextCommands } from './next-commands.js';
import type { CompanyKeys } from './read-keys.js';
import type { CachedKey, DrillDownReport } from './report.js';

/** The last events that are shown (master plan, drill-down). That somebody looked is none. */
export const EVENTS = { limit: 50, without: ['command'] } as const;
/** Segments named in the report; the others are added up. */
const MOST_SEGMENTS = 50;

/** All that was read of one company, and what was made of it. */
export interface Findings {
  generatedAt: Date;
  window: Window;
  /** What the figures are from; null when they were measured now. */
  snapshot: DrillDownReport['snapshot'];
  usageMeasuredAt: Date | null;
  /** null when prices and budgets could not be read. */
  pricing: PricingConfig | null;
  facts: CompanyFacts;
  view: CompanyView;
  costs: CostInput;
  /** null where no key was looked at. */
  keys: CompanyKeys | null;
  curves: { reads: ReadCurve; memory: MemoryPoint[] };
  events: readonly FeedEntry[];
  detected: DrillDownReport['detected'];
  advice: DrillDownReport['advice'];
  warnings: string[];
}

export function reportOf(findings: Findings): DrillDownReport {
  const { generatedAt, window, snapshot, usageMeasuredAt, facts, view, curves } = findings;
  const { keys, cachedKeys } = keysOf(findings);
  return {
    generatedAt,
    window,
    snapshot,
    usageMeasuredAt,
    company: view,
    metrics: {
      performance: {
        hits: facts.hits,
        misses: facts.misses,
        errors: facts.errors,
        coveredSeconds: facts.coveredMs / 1000,
        ...curves,
      },
      costs: costsOf(findings),
      keys,
      cachedKeys,
    },
    activityLog: findings.events.map((entry) => reportEntry(entry, generatedAt)),
    issues: view.issues,
    recommendations: view.recommendations,
    detected: findings.detected,
    advice: findings.advice,
    nextCommands:
      snapshot === null
        ? nextCommands(view, keys.byTtl ?? [], cachedKeys?.[0]?.key ?? null, findings.detected ?? [])
        : nextAfterSnapshot(view),
    warnings: findings.warnings,
  };
}

function keysOf({ keys, facts }: Findings): Pick<DrillDownReport['metrics'], 'keys' | 'cachedKeys'> {
  if (keys === null) {
    const { keys: total, cacheBytes: bytes } = facts;
    return { keys: { total, bytes, byType: null, bySegment: null, byTtl: null }, cachedKeys: null };
  }
  const { breakdown } = keys;
  const rows = <G extends KeyGroup>(groups: G[]) => groups.map((group) => groupRow(group, breakdown.bytes));
  return {
    keys: {
      total: breakdown.keys,
      bytes: breakdown.bytes,
      byType: rows(breakdown.byType()),
      bySegment: rows(breakdown.bySegment(MOST_SEGMENTS)),
      byTtl: rows(breakdown.byTtl()),
    },
    cachedKeys: keys.largest.map((key) => cachedKey(key, breakdown.bytes)),
  };
}

function costsOf({ costs, pricing, view }: Findings): DrillDownReport['metrics']['costs'] {
  const terms = Object.entries(costTerms(costs, pricing?.providers ?? null));
  const { infrastructure, twilio } = view.costs;
  return {
    terms: terms.map(([term, cost]) => ({ term, cost })),
    total: infrastructure === null && twilio === null ? null : (infrastructure ?? 0) + (twilio ?? 0),
  };
}

function groupRow<G extends KeyGroup>(group: G, total: number): G & { size: string; percent: number } {
  return { ...group, size: formatBytes(group.bytes), percent: percentOf(group.bytes, total) };
}

function cachedKey(key: KeyInfo, total: number): CachedKey {
  const bytes = key.bytes ?? 0;
  return {
    key: showKey(key.key),
    type: key.type,
    bytes,
    size: formatBytes(bytes),
    percent: percentOf(bytes, total),
    ttlSeconds: key.ttlMs === null || key.ttlMs < 0 ? null : key.ttlMs / 1000,
    idleSeconds: key.idleSeconds,
  };
}

function percentOf(bytes: number, total: number): number {
  return total === 0 ? 0 : (bytes / total) * 100;
}
