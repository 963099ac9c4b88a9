import type { CachePolicy } from '../policy.js';

/** What a policy says, whoever set it when. */
export type PolicyContent = Omit<CachePolicy, 'companyId' | 'version' | 'setBy' | 'setAt' | 'reason'>;

/** The figures that fixes work with (configuration `fix`). */
export interface FixSettings {
  minTtlSeconds: number;
  minUpdateIntervalSeconds: number;
  temporaryTtlSeconds: number;
  missingTtlSeconds: number;
  orphanSharePercent: number;
  /** How long applications are given to see a policy before keys are cleared. */
  obeySeconds: number;
}

/** What is known of a company before a fix. null: unknown. */
export interface FixFacts {
  /** The company's own policy; null: none. */
  policy: PolicyContent | null;
  /** The policy of all companies. */
  fallback: PolicyContent | null;
  keys: number;
  bytes: number;
  /** Percent. */
  hitRate: number | null;
  /** Dollars a month for the memory alone. */
  storageCost: number | null;
}

export interface ClearParams {
  backup: string;
  /** Only while no company has the id. */
  orphan: boolean;
  /** Also where many ids are orphans. */
  force: boolean;
  /** Save even keys of over 100,000 elements or 16 MB. */
  allowSlow: boolean;
}

export type PlannedStep =
  | { name: 'policy'; params: { after: PolicyContent } }
  | { name: 'settle'; params: { seconds: number } }
  | { name: 'clear'; params: ClearParams }
  | { name: 'bound-ttl'; params: { ttlSeconds: number } };

/** Before and after; null is unknown. */
export interface Change {
  before: number | null;
  after: number | null;
}

export interface FixPlan {
  /** What it does, in one line. */
  action: string;
  steps: PlannedStep[];
  /** The policy afterwards; undefined: as before. */
  policyAfter?: PolicyContent;
  cacheBytes: Change;
  /** Dollars a month. */
  storageCost: Change;
  /** true: it wins time, and a person must look at the cause. */
  temporary: boolean;
  /** So many seconds a read may be older than the company's configuration; null: no more than now. */
  staleSeconds: number | null;
  warnings: string[];
}

export interface PlanInput {
  facts: FixFacts;
  settings: FixSettings;
  /** File that cleared keys are saved to. */
  backup: string;
  /** Asked for although something speaks against it. */
  force: boolean;
  allowSlow: boolean;
}

export const NO_POLICY_CONTENT: PolicyContent = Object.freeze({
  minTtlSeconds: null,
  maxTtlSeconds: null,
  segments: [],
  cachingEnabled: true,
  minUpdateIntervalSeconds: null,
  eventsMax: null,
  reviewReason: null,
});

/** What changes nothing but the policy. */
export function unchanged({ bytes, storageCost }: FixFacts): Pick<FixPlan, 'cacheBytes' | 'storageCost'> {
  return { cacheBytes: { before: bytes, after: null }, storageCost: { before: storageCost, after: null } };
}

/** What leaves nothing in the cache. */
export function emptied({ bytes, storageCost }: FixFacts): Pick<FixPlan, 'cacheBytes' | 'storageCost'> {
  return {
    cacheBytes: { before: bytes, after: 0 },
    storageCost: { before: storageCost, after: storageCost === null ? null : 0 },
  };
}

/** Time for applications to see the policy before what they stored is touched. */
export function settle({ obeySeconds }: FixSettings): PlannedStep[] {
  return obeySeconds > 0 ? [{ name: 'settle', params: { seconds: obeySeconds } }] : [];
}
