import { ISSUE_CODES, type IssueCode } from '../detect/issue.js';
import { planExcessiveMemory } from './excessive-memory.js';
import { planLowEfficiency } from './low-efficiency.js';
import { planMissingTtl } from './missing-ttl.js';
import { planOrphan } from './orphan.js';
import type { FixPlan, PlanInput } from './plan.js';
import { planThrashing } from './thrashing.js';

export type FixDefinition =
  | { available: true; name: string; plan: (input: PlanInput) => FixPlan }
  | { available: false; reason: string; hint: string };

/** What can be done about each issue by itself (the master plan's AUTO_FIX_REGISTRY, and the newer issues). */
export const FIX_REGISTRY: Record<IssueCode, FixDefinition> = {
  CACHE_THRASHING: { available: true, name: 'Fix Cache Thrashing', plan: planThrashing },
  LOW_CACHE_EFFICIENCY: { available: true, name: 'Disable Inefficient Caching', plan: planLowEfficiency },
  EXCESSIVE_MEMORY: { available: true, name: 'Reduce Cache Footprint', plan: planExcessiveMemory },
  ORPHANED_CACHE: { available: true, name: 'Remove Orphaned Cache', plan: planOrphan },
  MISSING_TTL: { available: true, name: 'Let Keys Expire', plan: planMissingTtl },
  COST_OVER_BUDGET: {
    available: false,
    reason: 'whether the cost is worth it is a business decision',
    hint: 'Look with `rcm drill-down COMPANY`, then `rcm budget set`.',
  },
  LARGE_KEYS: {
    available: false,
    reason: 'how the data is made up must change in the application',
    hint: 'Find them with `rcm keys list COMPANY --sort -size`.',
  },
  EVICTION_PRESSURE: {
    available: false,
    reason: 'the server has too little memory for all companies together',
    hint: 'Raise maxmemory, or look at the largest companies with `rcm companies --sort -memory`.',
  },
};

/** The issue that a word means: its code in any case, or a word of it (`thrashing`, `orphaned`, `missing-ttl`); null: none or several. */
export function issueCodeOf(word: string): IssueCode | null {
  const wanted = word.toUpperCase().replaceAll('-', '_');
  const exact = ISSUE_CODES.find((code) => code === wanted);
  if (exact) return exact;
  if (wanted.length < 3) return null;
  const parts = ISSUE_CODES.filter((code) => `_${code}`.includes(`_${wanted}`));
  return parts.length === 1 ? (parts[0] as IssueCode) : null;
}
