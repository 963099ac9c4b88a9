import { describe, expect, it } from 'vitest';
import { textOf } from '../../../../src/cli/table/column.js';
import { banner, COMPANY_COLUMNS, companiesJson, companiesMarkdown } from '../../../../src/cli/views/companies.js';
import { type CompanyFacts, evaluate } from '../../../../src/core/domain/evaluate.js';
import { DEFAULT_PRICING } from '../../../../src/core/domain/pricing.js';
import { windowEndingAt } from '../../../../src/core/domain/window.js';
import type { CompaniesReport } from '../../../../src/core/services/companies/report.js';

const NOW = new Date('2026-03-01T12:00:00Z');
const DAY = 86_400_000;

const facts = (companyId: string, part: Partial<CompanyFacts> = {}): CompanyFacts => ({
  companyId,
  companyName: null,
  orphan: false,
  keys: 1,
  cacheBytes: 1_048_576,
  hits: 98,
  misses: 2,
  errors: 0,
  readUs: 40_000,
  coveredMs: DAY,
  clears24h: 0,
  usage: { storageBytes: 0, calls: 25_500, minutes: 0, recordingBytes: 0 },
  ...part,
});

function report(list: CompanyFacts[], part: Partial<CompaniesReport> = {}): CompaniesReport {
  const platform = { source: 'collection' as const, redisUsedMemoryBytes: 13_002_342, uptimeSeconds: 273_600 };
  return {
    generatedAt: NOW,
    window: windowEndingAt(NOW, DAY),
    snapshot: null,
    usageMeasuredAt: null,
    warnings: [],
    ...evaluate(list, platform, { pricing: { ...DEFAULT_PRICING }, baseShare: 'equal' }),
    ...part,
  };
}

const THREE = [facts('1', { companyName: 'Royal Plumbing' }), facts('2'), facts('3')];

describe('banner', () => {
  it('sums the platform up in three lines', () => {
    // 3 × (0.08 + 20 ÷ 3) + 6 misses × 30 × 0.000001 = 20.24018
    expect(banner(report(THREE))).toEqual([
      '3 companies   🟢 3   🟡 0   🔴 0',
      'Memory 3.0MB · Hit rate 98.0% (24h) · Cost $20.24/month + $57.00 unallocated',
      'Redis uses 12.4MB · up 3d 4h',
    ]);
  });

  it('counts the unknown where there are any, and says how old a snapshot is', () => {
    const quiet = facts('1', { hits: null, misses: null, readUs: null, coveredMs: 0, clears24h: null, cacheBytes: 0 });
    const one = report([quiet, facts('2'), facts('3'), facts('4'), facts('5'), facts('6')]);
    expect(banner({ ...one, snapshot: { takenAt: NOW, ageSeconds: 3700 } })).toEqual([
      '6 companies   🟢 5   🟡 0   🔴 0   ⚪ 1',
      // 5 × 0.08 + 20 + 10 misses × 30 × 0.000001, and what the quiet one's unrecorded misses cost.
      'Memory 5.0MB · Hit rate 98.0% (24h) · Cost $20.40+/month + $57.00 unallocated',
      'Redis uses 12.4MB · up 3d 4h · figures from a snapshot 1h 1m old',
    ]);
  });

  it('shows a dash, never a zero, for what is unknown', () => {
    const nothing = report([], {});
    const { platformStats } = nothing;
    const unknown = { totalCost: null, unallocatedCost: null, redisUsedMemoryBytes: null, uptimeSeconds: null };
    expect(banner({ ...nothing, platformStats: { ...platformStats, ...unknown } })).toEqual([
      '0 companies   🟢 0   🟡 0   🔴 0',
      'Memory 0B · Hit rate — (24h) · Cost —/month',
    ]);
  });
});

describe('columns', () => {
  const cell = (name: string, part: Partial<CompanyFacts>) => {
    const column = COMPANY_COLUMNS.find((c) => c.name === name);
    const [company] = report([facts('1', part)]).companies;
    return column && company && textOf(column, company);
  };

  it('mark a cost with a + where an infrastructure term of it is unknown', () => {
    expect(cell('cost', {})).toBe('$20.08');
    expect(cell('cost', { misses: null })).toBe('$20.08+');
    const usage = { storageBytes: 0, calls: null, minutes: null, recordingBytes: null };
    expect(cell('cost', { usage })).toBe('$20.08');
  });

  it('show what is unknown as a dash', () => {
    const unknown = { hits: null, misses: null, readUs: null, clears24h: null };
    for (const name of ['score', 'hitRate', 'response', 'clears']) expect(cell(name, unknown)).toBe('—');
  });

  it("are the master plan's six on 80 characters", () => {
    expect(COMPANY_COLUMNS.filter((c) => (c.fromWidth ?? 999) <= 80).map((c) => c.name)).toEqual([
      'status',
      'name',
      'size',
      'hitRate',
      'cost',
      'callsPerDay',
    ]);
  });
});

describe('JSON', () => {
  const [royal] = report(THREE).companies;
  const json = companiesJson(report(THREE), royal ? [royal] : []);

  it('rounds money to 6 decimals, and nothing else', () => {
    // 0.08 + 20 ÷ 3 = 6.7466666…; 2 misses × 30 × 0.000001 = 0.00006
    expect(json.companies[0]).toMatchObject({
      costs: { redis: 6.746667, mongodb: 0.00006, infrastructure: 6.746727, twilio: 0 },
      metrics: { cost: 6.746727, hitRate: 98, avgResponseMs: 0.4, callsPerDay: 850 },
      budget: { allocated: 5, used: 6.746667, remaining: -1.746667, lines: { cache: { used: 6.746667 } } },
    });
    expect(json.companies[0]?.budget.percentUsed).toBeCloseTo(134.9333333333, 9);
    expect(json.platformStats).toMatchObject({ totalCost: 20.24018, unallocatedCost: 57 });
  });

  it('keeps the platform whole when rows were left out', () => {
    expect(json.companies).toHaveLength(1);
    expect(json.platformStats.companies.total).toBe(3);
  });

  it('keeps unknown null', () => {
    const bare = report([
      facts('1', { usage: { storageBytes: null, calls: null, minutes: null, recordingBytes: null } }),
    ]);
    expect(companiesJson(bare, bare.companies).companies[0]?.costs.twilio).toBeNull();
  });
});

it('Markdown has banner, warnings as quotes, and the table', () => {
  const whole = report(THREE, { warnings: ['a <b> | c'] });
  const columns = COMPANY_COLUMNS.filter((c) => c.name === 'name');
  expect(companiesMarkdown(whole, whole.companies.slice(0, 1), columns).split('\n').slice(3)).toEqual([
    '',
    '> ⚠ a &lt;b&gt; \\| c',
    '',
    '| Company |',
    '| --- |',
    '| Royal Plumbing |',
  ]);
});
