import { Chalk } from 'chalk';
import { expect, it } from 'vitest';
import { type PresetRow, presetsText } from '../../../../../src/cli/views/ttl/presets.js';

const row = (title: string, why: string | null): PresetRow => ({
  ...{ name: 'optimal' as const, title, rule: 'a rule', needsData: true, why, predicted: null },
  chosen: why === null ? { minTtlSeconds: null, maxTtlSeconds: 60 } : null,
});

it('tells why presets choose nothing once for each reason', () => {
  const rows = [
    row('One', 'too little data'),
    row('Two', 'too little data'),
    row('Three', null),
    row('Four', 'no cost'),
  ];
  const report = {
    ...{ generatedAt: new Date(0), segment: null, presets: rows, warnings: [] },
    company: { companyId: '42', companyName: null },
  };
  const text = presetsText(report, rows, { chalk: new Chalk({ level: 0 }), width: 80 } as never);
  expect(text.match(/→ .*/g)).toEqual([
    '→ too little data',
    '→ Nothing, as One.',
    '→ at most 1m; what it would do cannot be told',
    '→ no cost',
  ]);
});
