import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ISSUE_CODES, type IssueCode } from '../../../src/core/domain/detect/issue.js';
import { type RedisServer, startRedis } from '../../support/redis/index.js';
import { SCENARIOS, type Scenario } from './scenarios.js';
import { ID, World } from './world.js';

interface Label {
  companyId: string | null;
  code: IssueCode;
  cause: string;
}
interface Outcome {
  scenario: Scenario;
  expected: Label[];
  found: Label[];
}

const outcomes: Outcome[] = [];
let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

describe('labelled workloads', () => {
  it.each(SCENARIOS.map((scenario, seed) => [scenario.name, scenario, seed] as const))(
    '%s',
    async (_, scenario, seed) => {
      const own = scenario.restarts === true;
      const world = await World.create(own ? await startRedis() : server, scenario.hours, seed + 1);
      try {
        await scenario.run(world);
        const { report } = await world.find();
        const found = report.issues.map(({ companyId, code, rootCauses }) => ({
          companyId,
          code,
          cause: rootCauses[0]?.cause ?? 'none',
        }));
        const own = Object.entries(scenario.expected).map(([code, cause]) => ({
          companyId: ID,
          code: code as IssueCode,
          cause,
        }));
        const expected = [...own, ...(scenario.others ?? [])];
        outcomes.push({ scenario, expected, found });
        expect(texts(found)).toEqual(texts(expected));
      } finally {
        await world.close();
      }
    },
  );

  it('finds what there is, nothing else, and why', async () => {
    expect(outcomes).toHaveLength(SCENARIOS.length);
    const scores = ISSUE_CODES.map((code) => ({ code, ...scoreOf(code) }));
    for (const { code, expected, precision, recall } of scores)
      expect({ code, enough: expected >= 3, good: precision >= 0.95 && recall >= 0.95 }).toEqual({
        code,
        enough: true,
        good: true,
      });
    const hits = outcomes.flatMap(({ expected, found }) =>
      expected.flatMap((label) => {
        const same = found.find((one) => one.companyId === label.companyId && one.code === label.code);
        return same === undefined ? [] : [same.cause === label.cause];
      }),
    );
    const right = hits.filter(Boolean).length / hits.length;
    expect(right).toBeGreaterThanOrEqual(0.9);
    await expect(page(scores, right)).toMatchFileSnapshot('../../../docs/detection-scenarios.md');
  });
});

function texts(labels: readonly Label[]): string[] {
  return labels.map(({ companyId, code, cause }) => `${companyId ?? 'platform'} ${code}: ${cause}`).sort();
}

function scoreOf(code: IssueCode) {
  let [right, wrong, missed] = [0, 0, 0];
  for (const { expected, found } of outcomes) {
    const of = (labels: readonly Label[]) => labels.filter((l) => l.code === code).map((l) => String(l.companyId));
    const [wanted, got] = [of(expected), of(found)];
    right += got.filter((id) => wanted.includes(id)).length;
    wrong += got.filter((id) => !wanted.includes(id)).length;
    missed += wanted.filter((id) => !got.includes(id)).length;
  }
  const ratio = (of: number) => (of === 0 ? 0 : right / of);
  return {
    expected: right + missed,
    found: right + wrong,
    precision: ratio(right + wrong),
    recall: ratio(right + missed),
  };
}

/** The committed table: `npx vitest run test/integration/detect/scenarios -u` writes it anew. */
function page(scores: ({ code: IssueCode } & ReturnType<typeof scoreOf>)[], causes: number): string {
  const cell = (labels: readonly Label[]) =>
    labels.length === 0
      ? 'nothing'
      : [...labels]
          .sort((a, b) => ISSUE_CODES.indexOf(a.code) - ISSUE_CODES.indexOf(b.code))
          .map(({ companyId, code, cause }) => `${code}${companyId === null ? ' (platform)' : ''}: ${cause}`)
          .join('<br>');
  return [
    '# What `detect` finds in labelled workloads',
    '',
    `Each row is a workload that a test makes with the real client on a real Redis, hours of it in a moment, and what is wrong`,
    'with it: issue and main cause. The test compares this page with what it finds (`test/integration/detect`).',
    '',
    `Main cause right: ${(causes * 100).toFixed(0)} % of the issues that were found.`,
    '',
    '| issue | workloads with it | found | precision | recall |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...scores.map(
      ({ code, expected, found, precision, recall }) =>
        `| \`${code}\` | ${expected} | ${found} | ${precision.toFixed(2)} | ${recall.toFixed(2)} |`,
    ),
    '',
    '| workload | wrong | found |',
    '| --- | --- | --- |',
    ...outcomes.map(({ scenario, expected, found }) => `| ${scenario.name} | ${cell(expected)} | ${cell(found)} |`),
    '',
  ].join('\n');
}
