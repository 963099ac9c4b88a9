import { ownBudgets } from '../budget.js';
import type { CustomBudget, PriceHistoryEntry, PricingConfig } from '../pricing.js';
import { BUDGET_LINES, historyField, OWN_LINE, readSetting, type Setting } from './setting.js';

/** A value for one setting; null takes a company's own budget of a line away. */
export interface Edit {
  setting: Setting;
  value: number | null;
  /** Where it has one of its own: of many edits made at once, each may be for something else. */
  reason?: string | undefined;
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
  reason?: string | undefined;
}

export type Settings = Pick<PricingConfig, 'providers' | 'budgets'>;

/** The settings after some edits; what is given is left as it is, and so is the author of what an edit does not change. */
export function edited({ providers, budgets }: Settings, edits: readonly Edit[], author: Author): Settings {
  const next = structuredClone({ providers, budgets });
  const own = ownBudgets(next.budgets.customBudgets);
  for (const { setting, value, reason = author.reason } of edits) {
    if (setting.kind === 'customBudget') setOwnLine(own, setting, value, { ...author, reason });
    else if (value === null) throw new TypeError(`${setting.kind} cannot be taken away`);
    else if (setting.kind === 'price')
      (next.providers[setting.provider] as Record<string, number>)[setting.name] = value;
    else if (setting.kind === 'defaultBudget') next.budgets.defaultPerCompany[setting.line] = value;
    else next.budgets.thresholds[setting.name] = value;
  }
  next.budgets.customBudgets = [...own.values()];
  return next;
}

/** The edits that change something, with what stood there. */
export function changesOf(current: Settings, edits: readonly Edit[]): Change[] {
  return edits
    .map(({ setting, value, reason }) => ({
      setting,
      oldValue: readSetting(current, setting),
      newValue: value,
      ...(reason !== undefined && { reason }),
    }))
    .filter(({ oldValue, newValue }) => oldValue !== newValue);
}

/** The changes as the history keeps them. @param change number of the change, the same for all that is changed at once */
export function historyOf(
  changes: readonly Change[],
  { actor, reason: common, at }: Author,
  change: number,
  impactEstimate: string | null,
): PriceHistoryEntry[] {
  return changes.map(({ setting, oldValue, newValue, reason = common }) => ({
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

/** A map keeps its order: a list that people read must not be shuffled by every change. */
function setOwnLine(
  budgets: Map<string, CustomBudget>,
  { companyId, line }: Extract<Setting, { kind: 'customBudget' }>,
  value: number | null,
  { actor, reason, at }: Author,
): void {
  const before = budgets.get(companyId);
  if ((before?.[OWN_LINE[line]] ?? null) === value) return;
  const own: CustomBudget = { ...before, companyId, reason, setBy: actor, setAt: at };
  if (value === null) delete own[OWN_LINE[line]];
  else own[OWN_LINE[line]] = value;
  if (BUDGET_LINES.every((name) => own[OWN_LINE[name]] === undefined)) budgets.delete(companyId);
  else budgets.set(companyId, own);
}
