import type { CustomBudget, PriceHistoryEntry, PricingConfig } from '../pricing.js';
import { BUDGET_LINES, historyField, OWN_LINE, readSetting, type Setting } from './setting.js';

/** A value for one setting; null takes a company's own budget of a line away. */
export interface Edit {
  setting: Setting;
  value: number | null;
}

/** Who changes what, when and why. */
export interface Author {
  actor: string;
  reason: string;
  at: Date;
}

/** A setting that differs after a change. */
export interface Change {
  setting: Setting;
  oldValue: number | null;
  newValue: number | null;
}

export type Settings = Pick<PricingConfig, 'providers' | 'budgets'>;

/** The settings after some edits; what is given is left as it is. */
export function edited({ providers, budgets }: Settings, edits: readonly Edit[], author: Author): Settings {
  const next = structuredClone({ providers, budgets });
  for (const { setting, value } of edits) {
    if (setting.kind === 'customBudget')
      next.budgets.customBudgets = withOwnLine(next.budgets.customBudgets, setting, value, author);
    else if (value === null) throw new TypeError(`${setting.kind} cannot be taken away`);
    else if (setting.kind === 'price')
      (next.providers[setting.provider] as Record<string, number>)[setting.name] = value;
    else if (setting.kind === 'defaultBudget') next.budgets.defaultPerCompany[setting.line] = value;
    else next.budgets.thresholds[setting.name] = value;
  }
  return next;
}

/** The edits that change something, with what stood there. */
export function changesOf(current: Settings, edits: readonly Edit[]): Change[] {
  return edits
    .map(({ setting, value }) => ({ setting, oldValue: readSetting(current, setting), newValue: value }))
    .filter(({ oldValue, newValue }) => oldValue !== newValue);
}

/** The changes as the history keeps them. @param change number of the change, the same for all that is changed at once */
export function historyOf(
  changes: readonly Change[],
  { actor, reason, at }: Author,
  change: number,
  impactEstimate: string | null,
): PriceHistoryEntry[] {
  return changes.map(({ setting, oldValue, newValue }) => ({
    timestamp: at,
    change,
    ...historyField(setting),
    oldValue,
    newValue,
    changedBy: actor,
    reason,
    impactEstimate,
  }));
}

function withOwnLine(
  budgets: readonly CustomBudget[],
  { companyId, line }: Extract<Setting, { kind: 'customBudget' }>,
  value: number | null,
  { actor, reason, at }: Author,
): CustomBudget[] {
  const before = budgets.find((budget) => budget.companyId === companyId);
  const own: CustomBudget = { ...before, companyId, reason, setBy: actor, setAt: at };
  if (value === null) delete own[OWN_LINE[line]];
  else own[OWN_LINE[line]] = value;
  const others = budgets.filter((budget) => budget !== before);
  if (BUDGET_LINES.every((name) => own[OWN_LINE[name]] === undefined)) return others;
  // In its place: a list that people read must not be shuffled by every change.
  return before ? budgets.map((budget) => (budget === before ? own : budget)) : [...others, own];
}
