import { writeFile } from 'node:fs/promises';
import type { Redis } from 'ioredis';
import { mongo } from 'mongoose';
import type { FixRecord } from '../../../src/core/domain/fix.js';
import { openStore } from '../../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS } from '../../../src/core/store/platform-collections.js';
import { rcm } from '../../support/cli.js';
import { mongoForTests } from '../../support/mongo/index.js';
import { tempDir } from '../../support/temp-dir.js';
import { record } from './counters.js';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** Names that HTML, Markdown, a spreadsheet or a terminal would take for something else. */
export const NAMES: Record<string, string> = {
  '1': '<script>alert(1)</script>',
  '2': '=cmd()',
  '3': 'a | b [c](d) `e` *f* _g_ <img src=x onerror=alert(2)>',
  '4': `"Söhne" & 漢字 'x' </td></table>`,
  '5': '+1-@sum',
  '6': '{{7*7}}</style>\\u003c',
};

export type ReportEngine = 'mongodb' | 'sqlite';

export interface ReportWorld {
  /** Flags that select Redis (the first two) and the store. */
  flags: string[];
  close: () => Promise<void>;
}

/** A platform of six companies with a month behind it: history with a gap, changes, fixes, clears, issues. */
export async function seedReport(redis: Redis, url: string, now: number, engine: ReportEngine): Promise<ReportWorld> {
  const { where, flags: ofStore, close } = engine === 'mongodb' ? await listInMongo() : await listInFile();
  const flags = ['--redis-url', url, ...ofStore];
  for (const words of [
    ['pricing', 'set', 'redis.storageCostPerMB=0.5', '--yes', '--reason', '<b>dearer</b>', '--actor', '=ann'],
    ['budget', 'set', '1', '--cache', '1', '--yes', '--actor', 'bob'],
  ])
    await must(words, flags);
  for (const [n, id] of Object.keys(NAMES).entries()) {
    for (let key = 0; key < 5 + n; key += 1)
      await redis.set(`company:${id}:k:${key}`, 'x'.repeat(2000 * (n + 1)), 'EX', 86_400);
    // The last has no counters: its figures are unknown. An hour of two hours ago is closed at any minute.
    if (n < 5)
      await record(redis, id, now - 2 * HOUR_MS, { hit: 90 + n, miss: 10, hitUs: 50_000, missUs: 60_000, b2: 100 });
  }
  const store = await openStore({ ...where, collections: DEFAULT_PLATFORM_COLLECTIONS });
  try {
    await must(['snapshot'], flags);
    const last = await store.snapshots.latest();
    if (last === null) throw new Error('no snapshot');
    for (let day = 20; day >= 1; day -= 1) {
      if (day === 9 || day === 10) continue;
      const takenAt = new Date(now - day * DAY_MS);
      const share = (30 - day) / 30;
      const companies = last.companies.map((one) => ({ ...one, takenAt }));
      const { totalBytes, totalCost } = last.platform;
      const platform = {
        ...last.platform,
        takenAt,
        totalBytes: Math.round(totalBytes * share),
        totalCost: totalCost * share,
      };
      await store.snapshots.insert({ platform, companies });
      const hourMs = Math.floor(takenAt.getTime() / HOUR_MS) * HOUR_MS;
      const counters = { hit: 960, miss: 40, hitUs: 500_000, missUs: 500_000, b2: 900, b5: 100 };
      await store.counterHours.put([{ companyId: '1', hourMs, mark: hourMs + HOUR_MS, counters }]);
    }
    await store.fixes.insert(fixRecord(now));
    // One hour after the report's month begins, two after a clear by hand: not found first. A mail that could not be sent.
    const began = new Date(now - 30 * DAY_MS + HOUR_MS);
    await store.issues.record({
      seen: [{ companyId: '5', code: 'MISSING_TTL', severity: 'warning' }],
      examined: () => false,
      at: began,
    });
    const act = (companyId: string, ageMs: number, eventType: 'clear' | 'command', details: object) => ({
      ...{ companyId, timestamp: new Date(now - ageMs), eventType, key: null },
      details: { ...details },
      metadata: { actor: 'ann' },
    });
    await store.activity.append([
      act('2', 5 * DAY_MS + 10 * MINUTE_MS, 'command', { command: 'fix', issue: 'MISSING_TTL', outcome: 'offered' }),
      act('2', 5 * DAY_MS + 9 * MINUTE_MS, 'command', { command: 'fix', issue: 'MISSING_TTL', outcome: 'taken' }),
      act('3', 6 * DAY_MS, 'command', { command: 'fix', issue: 'MISSING_TTL', outcome: 'declined' }),
      act('2', 5 * DAY_MS + 8 * MINUTE_MS, 'clear', { phase: 'outcome', command: 'clear', operationId: 'of the fix' }),
      act('3', 7 * DAY_MS, 'clear', { phase: 'intent', command: 'clear', operationId: 'a' }),
      act('3', 7 * DAY_MS, 'clear', { phase: 'outcome', command: 'clear', operationId: 'a' }),
      act('4', 7 * DAY_MS, 'clear', { phase: 'outcome', command: 'clear', operationId: 'a' }),
      act('4', 8 * DAY_MS, 'clear', { phase: 'outcome', command: 'clear', operationId: 'b' }),
      act('5', 30 * DAY_MS + HOUR_MS, 'clear', { phase: 'outcome', command: 'clear', operationId: 'before' }),
      {
        ...{ companyId: '', timestamp: new Date(now - 9 * DAY_MS), eventType: 'notify' as const, key: null },
        details: { target: 'mail' },
        metadata: {},
      },
    ]);
  } finally {
    await store.close();
  }
  return { flags, close };
}

interface SeededList {
  where: { stateFile: string; mongodbUri?: string };
  flags: string[];
  close: () => Promise<void>;
}

/** The companies and what they use, imported into the embedded store. */
async function listInFile(): Promise<SeededList> {
  const folder = await tempDir('report');
  const stateFile = `${folder}/rcm.db`;
  const flags = ['--state-file', stateFile];
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const rows = Object.entries(NAMES).map(([id, name], n) => `${id},${quoted(name)},${n * 10},100,1e9,2e9`);
  await writeFile(`${folder}/list.csv`, `${LIST_HEAD}\n${rows.join('\n')}\n`);
  await must(['companies', 'import', `${folder}/list.csv`], flags);
  return { where: { stateFile }, flags, close: async () => undefined };
}

/** The same companies in MongoDB, each with as many calls as its place in the list. */
async function listInMongo(): Promise<SeededList> {
  const database = mongoForTests();
  const client = await new mongo.MongoClient(database.uri).connect();
  const ids = Object.keys(NAMES);
  const companies = ids.map((id) => ({ _id: id, companyName: NAMES[id] }));
  const calls = ids.flatMap((companyId, n) =>
    Array.from({ length: n }, () => ({ companyId, createdAt: new Date(), durationSeconds: 90, recordingBytes: 1e6 })),
  );
  await client
    .db()
    .collection('v2companies')
    .insertMany(companies as object[]);
  await client.db().collection('v2aiagentcalllogs').insertMany(calls);
  await client.close();
  return {
    where: { stateFile: '/nonexistent/rcm.db', mongodbUri: database.uri },
    flags: ['--mongodb-uri', database.uri],
    close: () => database.drop(),
  };
}

const MINUTE_MS = 60_000;
const LIST_HEAD = 'companyId,companyName,callsPerDay,minutesPerMonth,recordingBytes,storageBytes';

function fixRecord(now: number): FixRecord {
  const ended = now - 5 * DAY_MS - 7 * MINUTE_MS;
  return {
    ...{ fixId: 'fx-abcdef', companyId: '2', issueCode: 'MISSING_TTL', status: 'applied', actor: 'ann' },
    plannedAt: new Date(ended - 2 * MINUTE_MS),
    finishedAt: new Date(ended),
    reason: '<i>why</i>',
    steps: [{ name: 'bound-ttl', done: true, undo: null }],
    before: { companyName: '=cmd()', action: 'Give keys a TTL', hitRate: 61.5 },
    predicted: {
      hitRate: { before: 61.5, after: 88, low: 85, high: 91, reads: 1234 },
      cacheBytes: { before: 2_000_000, after: 1_000_000 },
      storageCost: { before: 1.5, after: 0.25 },
    },
    measured: {
      ...{ hitRate: 86.25, reads: 4000, source: 'counters' },
      from: new Date(ended).toISOString(),
      to: new Date(ended + DAY_MS).toISOString(),
    },
    version: 1,
  } as FixRecord;
}

async function must(words: string[], flags: string[]): Promise<void> {
  const { exitCode, stderr } = await rcm([...words, ...flags]);
  if (exitCode !== 0) throw new Error(`${words.join(' ')}: ${stderr}`);
}
