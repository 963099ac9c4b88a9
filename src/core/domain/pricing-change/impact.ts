import type { BudgetStatus } from '../budget.js';
import type { CompanyView } from '../company-view.js';
import type { BaseShareRule } from '../cost.js';
import { type CompanyFacts, evaluate, type PlatformFacts } from '../evaluate.js';
import { STATUS_URGENCY, type StatusCode } from '../health.js';
import type { PricingConfig } from '../pricing.js';
import { BUDGET_LINES } from './setting.js';

/** Dollars per month before and after; null where unknown. */
export interface BeforeAfter {
  before: number | null;
  after: number | null;
  change: number | null;
}

/** A company whose status or budget status changes. */
export interface CompanyImpact {
  companyId: string;
  companyName: string | null;
  status: { before: StatusCode; after: StatusCode };
  /** Of each line. */
  budget: Record<(typeof BUDGET_LINES)[number], { before: BudgetStatus; after: BudgetStatus }>;
  cost: BeforeAfter;
}

/** What a change of prices or budgets does. */
export interface Impact {
  companies: number;
  /** Companies of which a cost, a budget or a verdict changes. */
  affected: number;
  /** The platform's costs: of the companies and unallocated; `twilio` stands apart, as everywhere. */
  total: BeforeAfter;
  twilio: BeforeAfter;
  /** Those whose status or budget status changes, the worst afterwards first. */
  changed: CompanyImpact[];
}

export interface ImpactBasis {
  companies: readonly CompanyFacts[];
  platform: PlatformFacts;
  baseShare: BaseShareRule;
}

type Prices = Pick<PricingConfig, 'providers' | 'budgets'>;

/** Every company's costs, budgets and health under the prices before and after (DESIGN §5), compared. */
export function impactOf(basis: ImpactBasis, before: Prices, after: Prices): Impact {
  const [old, now] = [before, after].map((prices) =>
    evaluate(basis.companies, basis.platform, { pricing: prices as PricingConfig, baseShare: basis.baseShare }),
  ) as [ReturnType<typeof evaluate>, ReturnType<typeof evaluate>];
  const pairs = old.companies.map((company, i) => [company, now.companies[i] as CompanyView] as const);
  const twilio = (companies: readonly CompanyView[]) => sum(companies.map((c) => c.costs.twilio));
  return {
    companies: pairs.length,
    affected: pairs.filter(([a, b]) => !sameFigures(a, b)).length,
    total: beforeAfter(totalOf(old), totalOf(now)),
    twilio: beforeAfter(twilio(old.companies), twilio(now.companies)),
    changed: pairs
      .filter(([a, b]) => !sameVerdicts(a, b))
      .map(([a, b]) => companyImpact(a, b))
      .sort(worstFirst),
  };
}

/** e.g. `Affects 87 companies, +$12.00/month in total; 3 change status`, as the history keeps it. */
export function impactText({ affected, total, twilio, changed }: Impact): string {
  const moved = [
    total.change ? `${signedDollars(total.change)}/month in total` : '',
    twilio.change ? `${signedDollars(twilio.change)}/month for calls` : '',
  ].filter(Boolean);
  const costs = moved.length > 0 ? moved.join(', ') : 'no change of cost';
  const verdicts = changed.length === 0 ? 'no status changes' : `${changed.length} change status`;
  return `Affects ${affected} ${affected === 1 ? 'company' : 'companies'}, ${costs}; ${verdicts}`;
}

/** With a sign, in as many decimals as it takes to see a change. */
export function signedDollars(change: number): string {
  const size = Math.abs(change);
  const decimals = size >= 0.005 || size === 0 ? 2 : Math.min(12, Math.ceil(-Math.log10(size)) + 1);
  const text = size.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: decimals });
  return `${change < 0 ? '-' : '+'}$${text}`;
}

function totalOf({ platformStats: { totalCost, unallocatedCost } }: ReturnType<typeof evaluate>): number | null {
  return totalCost === null || unallocatedCost === null ? null : totalCost + unallocatedCost;
}

function sum(costs: readonly (number | null)[]): number | null {
  return costs.every((cost) => cost === null) ? null : costs.reduce<number>((total, cost) => total + (cost ?? 0), 0);
}

function beforeAfter(before: number | null, after: number | null): BeforeAfter {
  return { before, after, change: before === null || after === null ? null : after - before };
}

function sameFigures(a: CompanyView, b: CompanyView): boolean {
  const figures = ({ costs, budget }: CompanyView) => JSON.stringify([costs, budget]);
  return sameVerdicts(a, b) && figures(a) === figures(b);
}

function sameVerdicts(a: CompanyView, b: CompanyView): boolean {
  return (
    a.status.code === b.status.code &&
    BUDGET_LINES.every((line) => a.budget.lines[line].status === b.budget.lines[line].status)
  );
}

function companyImpact(a: CompanyView, b: CompanyView): CompanyImpact {
  const line = (name: (typeof BUDGET_LINES)[number]) => ({
    before: a.budget.lines[name].status,
    after: b.budget.lines[name].status,
  });
  return {
    companyId: a.companyId,
    companyName: a.companyName,
    status: { before: a.status.code, after: b.status.code },
    budget: { cache: line('cache'), storage: line('storage'), calls: line('calls') },
    cost: beforeAfter(a.costs.infrastructure, b.costs.infrastructure),
  };
}

function worstFirst(a: CompanyImpact, b: CompanyImpact): number {
  return STATUS_URGENCY[a.status.after] - STATUS_URGENCY[b.status.after] || (a.companyId < b.companyId ? -1 : 1);
}
