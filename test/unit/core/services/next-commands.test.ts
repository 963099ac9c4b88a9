import { expect, it } from 'vitest';
import type { AutoFix } from '../../../../src/core/domain/detect/issue.js';
import { nextCommands } from '../../../../src/core/services/drill-down/next-commands.js';
import { company, views } from '../domain/alerts/builders.js';

const MB = 1_048_576;
const budgetHint = (companyId: string, cacheBytes: number) => {
  const [view] = views([company(companyId, { cacheBytes })]);
  return nextCommands(view as NonNullable<typeof view>, [], null).filter(({ command }) => command.includes('budget'));
};

// A dollar a MB, of 100.
it('the budget is named from its warning on, whatever the id', () => {
  expect(budgetHint('1', 80 * MB - 1)).toEqual([]);
  expect(budgetHint('1', 80 * MB)).toMatchObject([{ command: 'rcm budget get 1' }]);
  expect(budgetHint('-1 x', 120 * MB)).toMatchObject([{ command: "rcm budget get -- '-1 x'" }]);
});

it('where something is wrong, what it is and what repairs it come first', () => {
  const [view] = views([company('42')]);
  const fix: AutoFix = {
    available: true,
    action: 'End keys',
    additionalActions: [],
    command: 'rcm fix 42 MISSING_TTL',
  };
  const next = nextCommands(view as NonNullable<typeof view>, [], null, [
    { code: 'LARGE_KEYS', autoFix: { available: false, reason: 'code' } },
    { code: 'MISSING_TTL', autoFix: fix },
  ]);
  expect(next.slice(0, 2).map(({ command }) => command)).toEqual(['rcm detect 42', 'rcm fix 42 MISSING_TTL']);
});
