import { Chalk } from 'chalk';
import { expect, it } from 'vitest';
import { issuesText } from '../../../../../src/cli/views/drill-down/issues.js';

it('an advice to look at the company does not send its reader to the page at hand', () => {
  const advice = { savingPerMonth: 1, atMost: false, hitRateGain: null, risk: 'low', effort: 'minutes' };
  const report = {
    detected: [],
    advice: [
      { ...advice, title: 'Lower the cost', command: 'rcm drill-down 12' },
      { ...advice, title: 'Let keys expire', command: 'rcm fix 12 MISSING_TTL' },
    ],
  } as unknown as Parameters<typeof issuesText>[0];
  const lines = issuesText(report, { chalk: new Chalk({ level: 0 }), width: 80 });
  expect(lines).toContain('    rcm fix 12 MISSING_TTL');
  expect(lines).toContain('    see its costs and keys below');
  expect(lines.join('\n')).not.toContain('drill-down');
});
