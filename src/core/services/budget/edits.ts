import type { BudgetLineName } from '../../domain/pricing.js';
import type { Edit } from '../../domain/pricing-change/edit.js';
import { BUDGET_LINES, type Setting } from '../../domain/pricing-change/setting.js';
import { RcmError } from '../../errors.js';
import { amountFor } from '../pricing/set.js';

/** Amounts as they were given: a line that is absent is left as it is. */
export type GivenAmounts = Partial<Record<BudgetLineName, string | undefined>>;

/**
 * Budgets of some companies, or (null) the one of every company that has none of its own. US dollars per month.
 * @param force take values above what is likely
 * @throws RCM_USAGE when no amount is given; RCM_VALUE_INVALID
 */
export function budgetEdits(companyIds: readonly string[] | null, amounts: GivenAmounts, force: boolean): Edit[] {
  const given = BUDGET_LINES.filter((line) => amounts[line] !== undefined);
  if (given.length === 0)
    throw new RcmError(
      'RCM_USAGE',
      'No amount is given',
      'Give at least one of --cache, --storage and --calls, in dollars per month, e.g. --cache 8.',
    );
  const settings = (line: BudgetLineName): Setting[] =>
    companyIds === null
      ? [{ kind: 'defaultBudget', line }]
      : companyIds.map((companyId) => ({ kind: 'customBudget', companyId, line }));
  return given.flatMap((line) =>
    settings(line).map((setting) => ({ setting, value: amountFor(setting, amounts[line] as string, force) })),
  );
}

/** Takes companies' own budgets away, so that the default holds again. @param lines which of them; none: all */
export function unsetEdits(companyIds: readonly string[], lines: readonly BudgetLineName[]): Edit[] {
  return companyIds.flatMap((companyId) =>
    (lines.length > 0 ? lines : BUDGET_LINES).map((line) => ({
      setting: { kind: 'customBudget' as const, companyId, line },
      value: null,
    })),
  );
}

/**
 * The percents from which a budget line is at warning and at critical, written `80` or `80%`.
 * @throws RCM_USAGE when none is given; RCM_VALUE_INVALID
 */
export function thresholdEdits(
  given: { warning?: string | undefined; critical?: string | undefined },
  force: boolean,
): Edit[] {
  const edit = (name: 'warningPercent' | 'criticalPercent', text: string | undefined): Edit[] => {
    if (text === undefined) return [];
    if (text.includes('$'))
      throw new RcmError('RCM_VALUE_INVALID', `'${text}' is no percentage`, 'Examples: 80, 80%. Nothing was changed.');
    const setting: Setting = { kind: 'threshold', name };
    return [{ setting, value: amountFor(setting, text.replace(/\s*%\s*$/, ''), force) }];
  };
  const edits = [...edit('warningPercent', given.warning), ...edit('criticalPercent', given.critical)];
  if (edits.length > 0) return edits;
  throw new RcmError('RCM_USAGE', 'No threshold is given', 'Give --warning, --critical or both, in percent.');
}
