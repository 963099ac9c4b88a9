import type { CompanyView } from '../company-view.js';
import type { CostTerm } from '../cost.js';
import type { Counters } from '../counters.js';
import type { EvictedSince } from '../evictions.js';
import type { OrphanShare } from '../fix/orphan.js';
import type { KeyGroup } from '../key-breakdown.js';
import type { PricingConfig } from '../pricing.js';
import type { NamedServer } from '../server-info.js';
import type { CompanySource } from '../snapshot.js';
import type { Window } from '../window.js';
import type { DetectedIssue } from './issue.js';
import type { ReuseStudy } from './reuse.js';
import type { DetectThresholds } from './thresholds.js';

/** What the rules look at of one company. `null` is unknown, and then nothing is concluded from it. */
export interface DetectFigures {
  view: CompanyView;
  terms: Record<CostTerm, number | null>;
  /** Over the window; null when nothing was recorded. */
  reads: Reads | null;
  /** All counters of the window; null where nothing was recorded, or the window is longer than they live. */
  counters: Counters | null;
  /** Bytes of keys that never expire; null where it was not looked at. */
  foreverBytes: number | null;
  large: LargeKeys | null;
  /** By kind of key, the largest first; null unless it was looked into. */
  segments: readonly KeyGroup[] | null;
  /** What was usual for this company; null where there are no snapshots, or nobody looked. */
  history: History | null;
  /** Companies with about as many calls; null where nobody looked, or calls are unknown. */
  peers: Peers | null;
  /** How keys were read again; null where no events were studied. */
  reuse: ReuseStudy | null;
}

export interface Reads {
  hits: number;
  misses: number;
  /** From the first record of the window to its end, in milliseconds. */
  coveredMs: number;
}

export interface LargeKeys {
  keys: number;
  bytes: number;
  /** The largest, the largest first. */
  largest: readonly LargeKeyPart[];
}

/** A large key, and what makes it large. */
export interface LargeKeyPart {
  /** As people may see it. */
  key: string;
  bytes: number;
  /** null where it was not looked at. */
  type: string | null;
  /** Elements of a collection; null for a string. */
  elements: number | null;
  /** The part that takes most; null where there is none, or it could not be looked at. */
  part: ValuePart | null;
}

/** A field, an element or a member of a value. */
export interface ValuePart {
  /** A field's name, or a path in a JSON value: `scenarios[3].image`. */
  name: string;
  bytes: number;
  kind: 'embedded_data' | 'many_elements' | 'large_value';
  /** Elements of an array; null for anything else. */
  elements: number | null;
  /** Whether only some of the value was looked at. */
  sampled: boolean;
}

/** Medians of a company's snapshots in which it had keys. */
export interface History {
  snapshots: number;
  from: Date;
  bytes: number;
  keys: number;
  /** null where no snapshot tells. */
  callsPerDay: number | null;
  readsPerDay: number | null;
}

export interface Peers {
  companies: number;
  /** Medians. */
  bytes: number;
  keys: number;
  /** What the largest of them hold: nine of ten hold no more. Below ten it is the largest. */
  mostBytes: number;
}

/** What the rules look at of the platform. */
export interface PlatformFigures {
  now: Date;
  window: Window;
  source: CompanySource;
  pricing: PricingConfig | null;
  servers: readonly NamedServer[] | null;
  evictions: EvictedSince | null;
  /** Of all companies that are not orphans; null where they are unknown. */
  usual: { bytes: number | null; callsPerDay: number | null };
  thresholds: DetectThresholds;
  /** Of the ids with keys, those that no listed company has; null where that is not known of all. */
  orphans: OrphanShare | null;
  /** Percent of the ids with keys: more orphans tell of a list that is not whole. */
  mostOrphansPercent: number;
}

/** What a rule says: an issue, none, or that it cannot tell. */
export type Verdict = { issue: DetectedIssue | null } | { unknown: string };

export const NOTHING: Verdict = { issue: null };

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}
