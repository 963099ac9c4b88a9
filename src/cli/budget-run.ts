import type { Edit } from '../core/domain/pricing-change/edit.js';
import { RcmError } from '../core/errors.js';
import { budgetEdits, type GivenAmounts, unsetEdits } from '../core/services/budget/edits.js';
import { importEdits } from '../core/services/budget/import.js';
import { budgetCompanies } from '../core/services/budget/known.js';
import { isInteractive } from './confirm.js';
import type { Context } from './context.js';
import { changePricing, type PricingFlags, pricingPorts } from './pricing-run.js';
import { printable } from './table/column.js';

export interface BudgetSetFlags extends PricingFlags, GivenAmounts {
  default: boolean;
  force: boolean;
}

/** Sets budgets of some companies, or the default. @throws RCM_USAGE before a store is opened; what the services throw */
export async function setBudgets(context: Context, words: readonly string[], flags: BudgetSetFlags): Promise<void> {
  if (flags.default && words.length > 0)
    throw new RcmError('RCM_USAGE', '--default goes without companies', 'See --help.');
  if (!flags.default) assertNamed(words, 'Name companies, or give --default for the budget of every company.');
  // Looked at with the words as they are: a bad amount is told before anything is asked.
  budgetEdits(flags.default ? null : words, flags, flags.force);
  await changing(context, flags, async (ids) =>
    budgetEdits(flags.default ? null : await ids(words, flags.force), flags, flags.force),
  );
}

/** Takes lines of companies' own budgets away. @throws RCM_USAGE before a store is opened; what the services throw */
export async function unsetBudgets(
  context: Context,
  words: readonly string[],
  flags: PricingFlags & Record<'cache' | 'storage' | 'calls', boolean>,
): Promise<void> {
  assertNamed(words, 'Name the companies that shall have the default again.');
  const lines = (['cache', 'storage', 'calls'] as const).filter((line) => flags[line]);
  await changing(context, flags, async (ids) => unsetEdits(await ids(words, false), lines));
}

/** All budgets of a file as one change. @throws what the services throw */
export async function importBudgets(
  context: Context,
  file: string,
  flags: PricingFlags & { force: boolean },
): Promise<void> {
  const store = await context.store();
  const edits = await importEdits(pricingPorts(context, store), file, flags.force);
  await changePricing(context, store, () => edits, flags);
}

type IdsOf = (words: readonly string[], unknown: boolean) => Promise<string[]>;

async function changing(context: Context, flags: PricingFlags, make: (ids: IdsOf) => Promise<Edit[]>): Promise<void> {
  const store = await context.store();
  const edits = await make(async (words, unknown) => {
    // A part of a name will do where somebody is asked whether it is the right one.
    const parts = isInteractive() && !flags.yes;
    const { companies } = await budgetCompanies(pricingPorts(context, store), words, { parts, unknown });
    for (const [i, { by, companyId, companyName }] of companies.entries())
      if (by === 'part') process.stderr.write(`'${words[i]}' is ${printable(`${companyName} (${companyId})`)}.\n`);
    return companies.map(({ companyId }) => companyId);
  });
  await changePricing(context, store, () => edits, flags);
}

function assertNamed(words: readonly string[], hint: string): void {
  if (words.length === 0) throw new RcmError('RCM_USAGE', 'Which company?', hint);
}
