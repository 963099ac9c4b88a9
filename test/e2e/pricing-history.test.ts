import { beforeEach, describe, expect, it } from 'vitest';
import { changesOf, type Edit, edited, historyOf } from '../../src/core/domain/pricing-change/edit.js';
import { type PricingHistoryReport, pricingHistoryReport } from '../../src/core/services/pricing/history-report.js';
import { pricingChangeReport } from '../../src/core/services/pricing/report.js';
import { rcm, rcmOnTerminal } from '../support/cli.js';
import { jsonOf } from './support/clearing.js';
import { type ChangeReport, expectHistoryExplains, type OwnStore, ownStore } from './support/pricing.js';
import { expectError } from './support/run.js';
import { expectSchema } from './support/schema.js';

const HOUR = 3_600_000;
const EVIL = 'a.b\u001b[31m';
const price = (name: string, value: number): Edit => ({ setting: { kind: 'price', provider: 'redis', name }, value });
const own = (companyId: string, value: number | null): Edit => ({
  setting: { kind: 'customBudget', companyId, line: 'cache' },
  value,
});
/** Who changed what, how many hours ago and why. */
const CHANGES: [string, number, string, Edit[]][] = [
  ['ann', 100, 'first', [price('storageCostPerMB', 0.09), price('baseServiceCost', 25)]],
  ['bob', 50, 'a \u001b[31mred\u001b[0m reason', [own(EVIL, 8), own('gone', 9)]],
  ['Ann', 10, '', [price('storageCostPerMB', 0.1)]],
  ['cron', 1, 'less', [own(EVIL, null), { setting: { kind: 'threshold', name: 'warningPercent' }, value: 70 }]],
];

let store: OwnStore;
beforeEach(async () => {
  store = await ownStore();
  await store.with(async (opened) => {
    await opened.companies.replaceImported(
      [
        {
          companyId: EVIL,
          companyName: 'Royal <Plumbing>',
          calls: null,
          minutes: null,
          recordingBytes: null,
          storageBytes: null,
        },
      ],
      new Date(),
    );
    for (const [n, [actor, hours, reason, edits]] of CHANGES.entries())
      await opened.pricing.update((current) => {
        const author = { actor, reason, at: new Date(Date.now() - hours * HOUR) };
        return {
          ...edited(current, edits, author),
          history: historyOf(changesOf(current, edits), author, n + 1, null),
        };
      });
  });
});
const run = (...args: string[]) => rcm(['pricing', 'history', ...args, ...store.flags]);
const shown = async (...args: string[]) => {
  const { exitCode, stderr, report } = await jsonOf<PricingHistoryReport>([
    'pricing',
    'history',
    ...args,
    ...store.flags,
  ]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expectSchema(pricingHistoryReport, report);
  return report.entries.map((e) => `${e.change} ${e.path} ${e.oldValue} ${e.newValue}`);
};
const revert = (...args: string[]) => jsonOf<ChangeReport>(['pricing', 'history', '--revert', ...args, ...store.flags]);
const state = () => store.with((opened) => opened.pricing.get());

const [MB, BASE, WARNING] = [
  'providers.redis.storageCostPerMB',
  'providers.redis.baseServiceCost',
  'budgets.thresholds.warningPercent',
];
const OWN = `budgets.customBudgets.${EVIL}.cache`;
const ALL = [
  `4 ${OWN} 8 null`,
  `4 ${WARNING} 80 70`,
  `3 ${MB} 0.09 0.1`,
  `2 ${OWN} null 8`,
  '2 budgets.customBudgets.gone.cache null 9',
  `1 ${MB} 0.08 0.09`,
  `1 ${BASE} 20 25`,
];
const of = (...numbers: number[]) => ALL.filter((line) => numbers.includes(Number(line[0])));

describe('rcm pricing history', () => {
  it('shows every change, budgets too, the newest first', async () => {
    expect(await shown()).toEqual(ALL);
    const { report } = await jsonOf<PricingHistoryReport>(['pricing', 'history', ...store.flags]);
    expect(report.version).toBe(4);
    expect(report.entries[0]).toMatchObject({
      companyId: EVIL,
      companyName: 'Royal <Plumbing>',
      changedBy: 'cron',
      reason: 'less',
      impactEstimate: null,
    });
    expect(report.entries[4]).toMatchObject({ companyId: 'gone', companyName: null });
  });

  it.each([
    [['--service', 'redis'], of(3, 1)],
    [['--service', 'budgets'], of(4, 2)],
    [
      ['--path', 'redis.storageCostPerMB'],
      [ALL[2], ALL[5]],
    ],
    [
      ['--path', 'budgets.customBudgets'],
      [ALL[0], ALL[3], ALL[4]],
    ],
    [
      ['--company', 'royal'],
      [ALL[0], ALL[3]],
    ],
    [
      ['--company', EVIL],
      [ALL[0], ALL[3]],
    ],
    [['--company', 'gone'], [ALL[4]]],
    [['--by', 'ann'], of(3, 1)],
    [['--since', '20h'], of(4, 3)],
    [['--until', '20h'], of(2, 1)],
    [['--since', '60h', '--until', '5h', '--by', 'bob'], of(2)],
    [['--filter', 'change<3', '--filter', 'old>1'], [ALL[6]]],
    [['--limit', '2'], of(4)],
    [['--sort', 'change', '--limit', '2'], of(1)],
    [['--by', 'nobody'], []],
  ])('%j', async (args, lines) => {
    expect(await shown(...args)).toEqual(lines);
  });

  it('as a table: names, values as they were set, nothing that a terminal would obey', async () => {
    const { stdout, stderr } = await run();
    expect(stderr).toBe('');
    const [header, ...lines] = stdout.trimEnd().split('\n');
    expect(header).toMatch(/^# +Time \(UTC\) +By +Setting +Before +After +Reason +Impact$/);
    expect(lines).toHaveLength(7);
    expect(lines[0]).toMatch(
      /^4 +\d{4}-\d\d-\d\d \d\d:\d\d +cron +cache budget of Royal <Plumbing> +\$8\.00 +default +less/,
    );
    expect(lines[1]).toMatch(/thresholds\.warningPercent +80% +70% +less/);
    expect(stdout).not.toContain('\u001b');
    const narrow = await rcm(['pricing', 'history', ...store.flags], {
      tty: { columns: 80, rows: 40 },
      env: { NO_COLOR: '1' },
    });
    expect(Math.max(...narrow.stdout.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('csv, ndjson, markdown, columns, a file', async () => {
    const csv = await run('--format', 'csv', '--columns', 'change,by,path,old,new', '--by', 'ann');
    expect(csv.stdout).toBe(
      `change,by,path,old,new\n3,Ann,${MB},0.09,0.1\n1,ann,${MB},0.08,0.09\n1,ann,${BASE},20,25\n`,
    );
    const ndjson = await run('--format', 'ndjson', '--service', 'redis');
    expect(
      ndjson.stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { change: number }).change),
    ).toEqual([3, 1, 1]);
    const markdown = await run('--format', 'markdown', '--columns', 'change,path,new', '--limit', '1');
    expect(markdown.stdout).toBe(
      '| # | Setting | After |\n| ---: | --- | ---: |\n| 4 | cache budget of Royal &lt;Plumbing&gt; | default |\n',
    );
    expect((await run('--output', `${store.file}.txt`)).stdout).toBe('');
  });

  it('nothing fits; nothing was ever changed', async () => {
    expect((await run('--by', 'nobody')).stdout).toBe('No change fits what was asked for.\n');
    store = await ownStore();
    expect((await run()).stdout).toBe('No price or budget was ever changed.\n');
    expect(await shown()).toEqual([]);
  });

  it.each([
    [['--path', 'redis.storageCost'], 2, 'RCM_USAGE', 'providers.redis.storageCostPerMB'],
    [['--since', 'yesterday'], 2, 'RCM_USAGE', 'Examples'],
    [['--since', '1h', '--until', '2h'], 2, 'RCM_USAGE', 'Swap'],
    [['--sort', 'price'], 2, 'RCM_USAGE', 'Columns'],
    [['--service', 'aws'], 2, 'RCM_USAGE', '--help'],
    [['--dry-run'], 2, 'RCM_USAGE', '--help'],
    [['--yes'], 2, 'RCM_USAGE', '--help'],
    [['--revert', '1', '--by', 'ann'], 2, 'RCM_USAGE', '--help'],
    [['--revert', '0'], 2, 'RCM_USAGE', '--help'],
    [['--company', 'nobody'], 4, 'RCM_COMPANY_NOT_FOUND', 'rcm companies'],
    [['--revert', '5'], 4, 'RCM_CHANGE_NOT_FOUND', 'changes 1 to 4'],
  ])('refuses %j', async (args, exitCode, code, hint) => {
    const error = await expectError(['pricing', 'history', ...args, ...store.flags], exitCode);
    expect(error).toMatchObject({ code, hint: expect.stringContaining(hint) });
    expect((await state()).version).toBe(4);
  });

  it('the numbers there are, where there are few', async () => {
    store = await ownStore();
    const none = await expectError(['pricing', 'history', '--revert', '1', ...store.flags], 4);
    expect(none.hint).toBe('Nothing was ever changed.');
  });
});

describe('rcm pricing history --revert', () => {
  it('makes a new change back to what stood before', async () => {
    const { exitCode, report } = await revert('4', '--actor', 'dan');
    expect(exitCode).toBe(0);
    expectSchema(pricingChangeReport, report);
    expect(report).toMatchObject({
      change: 5,
      reason: 'reverts 4',
      changes: [
        { path: OWN, oldValue: null, newValue: 8 },
        { path: WARNING, oldValue: 70, newValue: 80 },
      ],
      warnings: [expect.stringContaining('cannot be told')],
    });
    const after = await state();
    expect(after.budgets.customBudgets.find((b) => b.companyId === EVIL)).toMatchObject({
      cacheBudget: 8,
      setBy: 'dan',
    });
    expect(after.priceHistory).toHaveLength(9);
    await store.with((opened) => expectHistoryExplains(opened, 5));
    expect((await revert('4')).report).toMatchObject({ change: null, changes: [], warnings: [] });
  });

  it('takes away a budget that there was none of before; its own reason', async () => {
    await revert('4');
    const { report } = await revert('2', '--reason', 'never meant');
    expect(report.changes.map((c) => [c.oldValue, c.newValue])).toEqual([
      [8, null],
      [9, null],
    ]);
    expect(report.reason).toBe('never meant');
    expect((await state()).budgets.customBudgets).toEqual([]);
  });

  it('says which settings were set again since, and takes them back, too', async () => {
    const dry = await revert('1', '--dry-run');
    expect(dry.report.warnings[0]).toBe(
      `${MB} was set again since, by change 3: it goes back to what stood before change 1.`,
    );
    expect(dry.report.changes).toEqual([
      { path: MB, oldValue: 0.1, newValue: 0.08 },
      { path: BASE, oldValue: 25, newValue: 20 },
    ]);
    expect((await state()).version).toBe(4);
    const asked = await rcmOnTerminal(['pricing', 'history', '--revert', '1', ...store.flags]);
    await asked.shows('Make this change?');
    asked.answer('y\n');
    const { stdout, exitCode } = await asked.ended;
    expect(exitCode).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /Reason: reverts 1 .*Warning: providers\.redis\.storageCostPerMB was set again since, by change 3.*Make this change\?/,
    );
    expect((await state()).providers.redis).toEqual({ storageCostPerMB: 0.08, baseServiceCost: 20 });
  });

  it('asks on a terminal: no changes nothing', async () => {
    const no = await rcm(['pricing', 'history', '--revert', '3', ...store.flags], {
      tty: { columns: 80, rows: 24 },
      input: 'n\n',
    });
    expect(no.exitCode).toBe(4);
    expect((await state()).version).toBe(4);
  });

  it('refuses formats that a change has not', async () => {
    const { exitCode, stderr } = await run('--revert', '3', '--format', 'csv');
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--revert does not go with csv'),
    });
  });

  it('a revert that would leave thresholds that cannot be is refused', async () => {
    await store.with((opened) =>
      opened.pricing.update(({ budgets }) => ({
        budgets: { ...budgets, thresholds: { warningPercent: 60, criticalPercent: 75 } },
        history: [],
      })),
    );
    const error = await expectError(['pricing', 'history', '--revert', '4', ...store.flags], 2);
    expect(error).toMatchObject({ code: 'RCM_VALUE_INVALID', message: expect.stringContaining('must be below') });
  });
});
