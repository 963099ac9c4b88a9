import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import { AlignedLines } from '../../../../src/cli/table/lines.js';
import { selectColumns } from '../../../../src/cli/table/select.js';
import { activityColumns, activityText, paintActivity } from '../../../../src/cli/views/activity.js';
import { patternColumns, patternsText } from '../../../../src/cli/views/activity-patterns.js';
import type { ActivityReportEntry, PatternsReport } from '../../../../src/core/services/activity/report.js';

const terminal = (width: number) => ({ chalk: new Chalk({ level: 0 }), width });
const entry = (change: Partial<ActivityReportEntry> = {}): ActivityReportEntry => ({
  timestamp: new Date('2026-03-01T10:00:00.123Z'),
  ageSeconds: 3700,
  type: 'hit',
  companyId: '1',
  companyName: 'Royal Plumbing',
  key: 'profile',
  sizeBytes: 1536,
  size: '1.5KB',
  durationMs: 0.25,
  actor: null,
  reason: null,
  detail: 'read 1.5KB',
  source: 'live',
  details: {},
  ...change,
});
const platform = entry({
  type: 'pricing',
  companyId: null,
  companyName: null,
  key: null,
  sizeBytes: null,
  size: null,
  durationMs: null,
  actor: 'ann',
  reason: 'dearer',
  detail: 'redis.storageCostPerMB $0.08 → $0.09',
});
const shown = (rows: ActivityReportEntry[], width: number, ofOne = false) => {
  const columns = selectColumns(activityColumns(ofOne), undefined, width);
  return activityText(rows, columns, terminal(width), { narrowed: false, complete: true }).split('\n');
};

describe('activity', () => {
  it('fits 80 columns, and tells more where there is room', () => {
    expect(shown([entry(), platform], 80)).toEqual([
      'Time (UTC)           Type     Company         Key      Detail',
      '2026-03-01 10:00:00  hit      Royal Plumbing  profile  read 1.5KB',
      '2026-03-01 10:00:00  pricing  —               —        redis.storageCostPerMB $…',
    ]);
    expect(shown([entry(), platform], 160)).toEqual([
      'Time (UTC)             Age  Type     Company         Key       Size     Took  Actor  Detail',
      '2026-03-01 10:00:00  1h 1m  hit      Royal Plumbing  profile  1.5KB  0.25 ms  —      read 1.5KB',
      '2026-03-01 10:00:00  1h 1m  pricing  —               —            —        —  ann    redis.storageCostPerMB $0.08 → $0.09 (dearer)',
    ]);
  });

  it('of one company does not repeat its name, unless asked', () => {
    expect(shown([entry()], 80, true)[0]).not.toContain('Company');
    expect(selectColumns(activityColumns(true), 'company', 80)[0]?.value(entry())).toBe('Royal Plumbing');
  });

  it('says why there is nothing', () => {
    const say = (narrowed: boolean, complete: boolean) => activityText([], [], terminal(80), { narrowed, complete });
    expect(say(false, true)).toContain('Nothing is recorded yet');
    expect(say(true, true)).toContain('fits what was asked for');
    expect(say(true, false)).toContain('in what could be read');
  });

  it('line by line keeps columns as wide as they have become, and long ones from pushing', () => {
    const columns = selectColumns(activityColumns(true), 'type,key,size,detail', 80);
    const lines = new AlignedLines(columns, paintActivity(terminal(80)));
    expect(lines.lines([entry(), entry({ key: 'k' })])).toEqual([
      'hit  profile  1.5KB  read 1.5KB',
      'hit  k        1.5KB  read 1.5KB',
    ]);
    expect(lines.lines([platform])).toEqual(['pricing  —            —  redis.storageCostPerMB $0.08 → $0.09 (dearer)']);
    const [long, next] = lines.lines([entry({ key: 'x'.repeat(50) }), entry()]);
    expect(long).toBe(`hit      ${'x'.repeat(50)}  1.5KB  read 1.5KB`);
    expect(next).toBe(`hit      profile${' '.repeat(25)}  1.5KB  read 1.5KB`);
  });
});

describe('patterns', () => {
  const pattern: PatternsReport['patterns'][number] = {
    companyId: '1',
    companyName: 'Royal Plumbing',
    key: 'profile',
    accesses: 1200,
    hits: 600,
    misses: 600,
    sets: 0,
    deletes: 0,
    hitRate: 50,
    alternation: 100,
    meanIntervalMs: 1500,
    medianIntervalMs: 250,
    firstAt: new Date(0),
    lastAt: new Date(0),
    complete: false,
  };
  const sampled = (...shares: number[]): PatternsReport => ({
    generatedAt: new Date(0),
    companyId: null,
    sampling: shares.map((threshold, i) => ({
      companyId: String(i),
      companyName: null,
      threshold,
      keysPercent: threshold * 100,
      keysSeen: 3,
    })),
    patterns: [
      pattern,
      {
        ...pattern,
        key: 'once',
        accesses: 1,
        alternation: null,
        meanIntervalMs: null,
        medianIntervalMs: 7_200_000,
        complete: true,
      },
    ],
    warnings: [],
  });
  const text = (report: PatternsReport) =>
    patternsText(report, selectColumns(patternColumns(true), undefined, 80), terminal(80));

  it('have their figures, unknown ones as a dash, and a mark where some accesses are missing', () => {
    const lines = text(sampled(0.125)).split('\n');
    expect(lines[0]).toBe('Key      Accesses  Hit rate  Alternates  Mean gap  Median gap');
    expect(lines[1]).toBe('profile    1,200+     50.0%      100.0%      1.5s      250 ms');
    expect(lines[2]).toBe('once            1     50.0%           —         —          2h');
    expect(lines.at(-1)).toBe('+ a part of the accesses of this key was not recorded.');
  });

  it.each([
    [[1], 'Recorded: all keys of 0; 3 were used.'],
    [[1, 1], 'Recorded: all keys; 6 were used.'],
    [[0.125], 'Recorded: 12.5% of the keys of 0, chosen by hash'],
    [[0.5, 0.0123456], 'Recorded: 1.23% to 50% of the keys, chosen by hash'],
  ])('of %j of the keys say so', (shares, sentence) => {
    expect(text(sampled(...shares)).replaceAll('\n', ' ')).toContain(sentence);
  });
});
