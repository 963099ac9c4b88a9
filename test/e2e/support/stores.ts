import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mongo } from 'mongoose';
import { openStore } from '../../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS } from '../../../src/core/store/platform-collections.js';
import type { Store } from '../../../src/core/store/store.js';
import { rcm } from '../../support/cli.js';
import { describeMongo, mongoForTests } from '../../support/mongo/index.js';
import { tempDir } from '../../support/temp-dir.js';
import type { CompanyInput } from './expected.js';

/** A store with companies and their usage in it. */
export interface SeededStore {
  /** Flags that select it. */
  flags: string[];
  /** Names of the listed companies. */
  names: Map<string, string | null>;
  /** What the report must say of a company's usage, listed or not. */
  usageOf(companyId: string): Promise<CompanyInput['usage']>;
  open(): Promise<Store>;
  close(): Promise<void>;
}

/** The engines that the figures are tested on, each with its own way to be seeded. */
export const STORES = [
  { engine: 'mongodb', describe: describeMongo, seed: seedMongo },
  { engine: 'sqlite', describe: undefined, seed: seedSqlite },
] as const;

const DAY_MS = 86_400_000;
const { Decimal128, Double, Int32, Long, ObjectId } = mongo;
const isHex = (id: string): boolean => /^[0-9a-f]{24}$/.test(id);

/**
 * The companies in v2companies, one without a name; the n-th has n recent calls with numbers of every type, and old and
 * odd ones that count for storage alone.
 */
async function seedMongo(ids: readonly string[], unlisted: readonly string[]): Promise<SeededStore> {
  const database = mongoForTests();
  const client = await new mongo.MongoClient(database.uri).connect();
  const db = client.db();
  const names = new Map(ids.map((id, n) => [id, n === 2 ? null : `Company <${id}> & Söhne`]));
  const own = (id: string) => (isHex(id) ? new ObjectId(id) : id);
  await db
    .collection('v2companies')
    .insertMany(ids.map((id) => ({ _id: own(id), companyName: names.get(id), plan: 'x'.repeat(100) })) as object[]);
  const usage = new Map<string, { calls: number; seconds: number; bytes: number; documents: number }>();
  const calls: object[] = [];
  const numbers = [new Int32(90), new Double(30.5), Long.fromString('4000000000'), Decimal128.fromString('12.25')];
  for (const [n, id] of [...ids, ...unlisted].entries()) {
    const sum = { calls: 0, seconds: 0, bytes: 0, documents: 0 };
    const call = (ageDays: number, seconds: unknown, bytes: unknown, companyId: unknown = own(id)): void => {
      calls.push({
        companyId,
        createdAt: new Date(Date.now() - ageDays * DAY_MS),
        durationSeconds: seconds,
        recordingBytes: bytes,
      });
      sum.documents += 1;
      if (ageDays > 30 || ageDays < 0) return;
      sum.calls += 1;
      sum.seconds += asNumber(seconds);
      sum.bytes += asNumber(bytes);
    };
    for (let i = 0; i < n; i++) call(i * 1.9, i % 5 === 0 ? i * 61 : numbers[i % 4], numbers[(i + 1) % 4]);
    if (n % 2 === 0) {
      call(29.99, 61, 1_000_000);
      call(30.01, 1e6, 1e12);
      call(400, 1e6, 1e12);
      call(-2, 1e6, 1e12); // not yet
      call(1, 'ninety', null);
      call(1, null, '5 MB');
      if (isHex(id)) call(1, 5, 5, id); // the id as text
    }
    usage.set(id, sum);
  }
  calls.push({ companyId: null, createdAt: new Date(), durationSeconds: 1 }, { createdAt: new Date() });
  await db.collection('v2aiagentcalllogs').insertMany(calls);
  const average = async (name: string): Promise<number> => Number((await db.command({ collStats: name })).avgObjSize);
  return {
    flags: ['--mongodb-uri', database.uri],
    names,
    usageOf: async (id) => {
      const sum = usage.get(id) ?? { calls: 0, seconds: 0, bytes: 0, documents: 0 };
      const company = ids.includes(id) ? await average('v2companies') : 0;
      const storageBytes = company + sum.documents * (await average('v2aiagentcalllogs'));
      return { storageBytes, calls: sum.calls, minutes: sum.seconds / 60, recordingBytes: sum.bytes };
    },
    open: () =>
      openStore({
        mongodbUri: database.uri,
        stateFile: '/nonexistent/rcm.db',
        collections: DEFAULT_PLATFORM_COLLECTIONS,
      }),
    close: async () => {
      await client.close();
      await database.drop();
    },
  };
}

function asNumber(value: unknown): number {
  return value === null || typeof value === 'string' ? 0 : Number(String(value));
}

/** The companies imported from a CSV file; every third lacks a figure. */
async function seedSqlite(ids: readonly string[]): Promise<SeededStore> {
  const dir = await tempDir('store');
  const stateFile = join(dir, 'rcm.db');
  const usage = new Map<string, CompanyInput['usage']>();
  const names = new Map<string, string | null>();
  const lines = ['companyId,companyName,callsPerDay,minutesPerMonth,recordingBytes,storageBytes'];
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  for (const [n, id] of ids.entries()) {
    const callsPerDay = n % 3 === 1 ? null : n * 1.5;
    const storageBytes = n % 3 === 2 ? null : n * 3e9;
    names.set(id, n === 2 ? null : `Company <${id}> & Söhne`);
    usage.set(id, {
      storageBytes,
      calls: callsPerDay === null ? null : callsPerDay * 30,
      minutes: n * 77.5,
      recordingBytes: n * 1e9,
    });
    lines.push(
      [quoted(id), quoted(names.get(id) ?? ''), callsPerDay ?? '', n * 77.5, n * 1e9, storageBytes ?? ''].join(','),
    );
  }
  const file = join(dir, 'companies.csv');
  await writeFile(file, `${lines.join('\n')}\n`);
  const flags = ['--state-file', stateFile];
  const imported = await rcm(['companies', 'import', file, ...flags]);
  if (imported.exitCode !== 0) throw new Error(imported.stderr);
  return {
    flags,
    names,
    usageOf: async (id) => usage.get(id) ?? { storageBytes: 0, calls: 0, minutes: 0, recordingBytes: 0 },
    open: () => openStore({ stateFile, collections: DEFAULT_PLATFORM_COLLECTIONS }),
    close: async () => {},
  };
}
