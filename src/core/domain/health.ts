import type { Budget } from './budget.js';
import { withoutFloatNoise } from './float.js';

export type HealthComponent = 'hitRate' | 'cost' | 'performance' | 'stability';
export type StatusCode = 'healthy' | 'warning' | 'critical' | 'unknown';

/** What needs attention first comes first. */
export const STATUS_URGENCY: Record<StatusCode, number> = { critical: 0, warning: 1, unknown: 2, healthy: 3 };

const WEIGHTS: Record<HealthComponent, number> = { hitRate: 0.4, cost: 0.3, performance: 0.2, stability: 0.1 };

/** What health is computed from; `null` is unknown. hitRate in percent, avgResponseMs in milliseconds per read. */
export interface HealthInput {
  hitRate: number | null;
  budget: Budget;
  avgResponseMs: number | null;
  clears24h: number | null;
}

/** A company's health: what a person sees first. */
export interface Status {
  code: StatusCode;
  color: string;
  icon: string;
  /** 0–100, unrounded; null when the hit rate is unknown. */
  score: number | null;
  components: Record<HealthComponent, number | null>;
  /** The components that are known. */
  basis: HealthComponent[];
  message: string;
  actionRequired: boolean;
  urgency: 'medium' | 'high' | null;
  escalate: boolean;
}

const LOOKS: Record<StatusCode, Omit<Status, 'code' | 'score' | 'components' | 'basis'>> = {
  healthy: {
    color: '#10B981',
    icon: '🟢',
    message: 'All systems optimal. No action needed.',
    actionRequired: false,
    urgency: null,
    escalate: false,
  },
  warning: {
    color: '#F59E0B',
    icon: '🟡',
    message: 'Performance degraded. Review recommended within 24 hours.',
    actionRequired: true,
    urgency: 'medium',
    escalate: false,
  },
  critical: {
    color: '#EF4444',
    icon: '🔴',
    message: 'IMMEDIATE ACTION REQUIRED - System degraded.',
    actionRequired: true,
    urgency: 'high',
    escalate: true,
  },
  unknown: {
    color: '#9CA3AF',
    icon: '⚪',
    message: 'Health unknown: no cache accesses of this company were recorded.',
    actionRequired: false,
    urgency: null,
    escalate: false,
  },
};

/** The icon of a status, for tables. */
export function statusIcon(code: StatusCode): string {
  return LOOKS[code].icon;
}

/** The health of one company: weighted score and status (DESIGN §5, Health and Status; master plan, "Status Classifications"). */
export function companyHealth(input: HealthInput): Status {
  const components: Record<HealthComponent, number | null> = {
    hitRate: input.hitRate === null ? null : hitRateScore(input.hitRate),
    cost: costScore(input.budget),
    performance: input.avgResponseMs === null ? null : performanceScore(input.avgResponseMs),
    stability: input.clears24h === null ? null : stabilityScore(input.clears24h),
  };
  const basis = (Object.keys(WEIGHTS) as HealthComponent[]).filter((name) => components[name] !== null);
  const score = weightedScore(components);
  const code = score === null ? codeByBudget(input.budget) : codeByScore(score);
  return { code, score, components, basis, ...LOOKS[code] };
}

/** Known components by weight, the weights scaled up to 1; null without a hit rate or a cost. */
function weightedScore(components: Record<HealthComponent, number | null>): number | null {
  if (components.hitRate === null || components.cost === null) return null;
  let points = 0;
  let weights = 0;
  for (const [name, weight] of Object.entries(WEIGHTS) as [HealthComponent, number][]) {
    const score = components[name];
    if (score === null) continue;
    points += weight * score;
    weights += weight;
  }
  return withoutFloatNoise(points / weights);
}

function codeByScore(score: number): StatusCode {
  return score >= 80 ? 'healthy' : score >= 50 ? 'warning' : 'critical';
}

function codeByBudget(budget: Budget): StatusCode {
  return budget.status === 'warning' || budget.status === 'critical' ? budget.status : 'unknown';
}

/** Points of a hit rate (DESIGN §5, Health). */
export function hitRateScore(percent: number): number {
  return percent >= 95 ? 100 : percent >= 85 ? 80 : percent >= 70 ? 60 : percent >= 50 ? 30 : 0;
}

function costScore(budget: Budget): number | null {
  if (budget.status === 'unknown') return null;
  if (budget.percentUsed === null) return 0;
  const percent = withoutFloatNoise(budget.percentUsed);
  return percent < 100 ? 100 : percent < 110 ? 80 : percent < 150 ? 50 : percent <= 200 ? 20 : 0;
}

function performanceScore(ms: number): number {
  return ms < 1 ? 100 : ms < 2 ? 80 : ms < 5 ? 60 : ms <= 10 ? 30 : 0;
}

function stabilityScore(clears: number): number {
  return clears === 0 ? 100 : clears <= 3 ? 70 : clears <= 10 ? 30 : 0;
}
