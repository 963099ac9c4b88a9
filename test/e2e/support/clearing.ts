import { createHash } from 'node:crypto';
import type { ChainableCommander, Cluster, Redis } from 'ioredis';
import { expect } from 'vitest';
import { BackupReader } from '../../../src/core/backup/reader.js';
import { openStore } from '../../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS } from '../../../src/core/store/platform-collections.js';
import { type CliOptions, rcm } from '../../support/cli.js';
import { tempDir } from '../../support/temp-dir.js';

/** What `clear --json` prints, as far as tests look at it. */
export interface Cleared {
  operationId: string | null;
  success: boolean;
  dryRun: boolean;
  clearedKeys: number;
  freedBytes: number;
  companies: { companyId: string; companyName: string | null; clearedKeys: number; freedBytes: number }[];
  backup: { file: string; keys: number; bytes: number; resumedKeys: number } | null;
  left: { tooLarge: number; changed: number; examples: string[] };
  uncertainKeys: number;
  stoppedBy: string | null;
  error: { code: string; message: string; hint: string; exitCode: number } | null;
  warnings: string[];
}

/** A state file of a test's own. */
export async function stateFile(): Promise<string> {
  return `${await tempDir('state')}/rcm.db`;
}

/** Runs a command with --json and returns its report and exit code. */
export async function jsonOf<T = Cleared>(
  args: string[],
  options: CliOptions = {},
): Promise<{ exitCode: number | null; report: T; stderr: string }> {
  const { exitCode, stderr, json } = await rcm([...args, '--json'], options);
  return { exitCode, report: json<T>(), stderr };
}

/** The clears and restores that a store's log holds, oldest first: `phase keys complete`. */
export async function actsIn(file: string, companyId?: string) {
  const store = await openStore({ stateFile: file, collections: DEFAULT_PLATFORM_COLLECTIONS });
  const entries = await store.activity.list({ limit: 1000, ...(companyId !== undefined && { companyId }) });
  await store.close();
  return entries.reverse().map(({ companyId: id, eventType, details, metadata }) => ({
    companyId: id,
    eventType,
    phase: details.phase,
    keys: details.keys,
    complete: details.complete,
    details,
    actor: metadata.actor,
    reason: metadata.reason,
  }));
}

/** Everything there is: type, a hash of the value, and expiry instant, by key (hex). */
export async function contents(nodes: readonly Redis[]): Promise<Map<string, string>> {
  const all = await Promise.all(nodes.map(contentsOf));
  return new Map(all.flat());
}

async function contentsOf(redis: Redis): Promise<[key: string, content: string][]> {
  const all: [string, string][] = [];
  let cursor = '0';
  do {
    const [next, keys] = await redis.scanBuffer(cursor, 'COUNT', 500);
    cursor = next.toString();
    const types = (await pipelined(redis, keys, (batch, key) => batch.type(key))) as string[];
    const values = await pipelined(redis, keys, (batch, key, i) => batch.callBuffer(reader(types[i]), key));
    const expiries = await pipelined(redis, keys, (batch, key) => batch.call('PEXPIRETIME', key));
    for (const [i, key] of keys.entries()) {
      const value = withoutOrder(values[i] as Buffer | Buffer[] | null, types[i]);
      all.push([key.toString('hex'), `${types[i]} ${createHash('sha256').update(value).digest('hex')} ${expiries[i]}`]);
    }
  } while (cursor !== '0');
  return all;
}

/** Replies to one command for each key, asked for at once. @throws the first error */
async function pipelined(
  redis: Redis,
  keys: readonly Buffer[],
  add: (batch: ChainableCommander, key: Buffer, i: number) => void,
): Promise<unknown[]> {
  const batch = redis.pipeline();
  for (const [i, key] of keys.entries()) add(batch, key, i);
  const replies = (await batch.exec()) ?? [];
  return replies.map(([error, reply]) => {
    if (error) throw error;
    return reply;
  });
}

const reader = (type: string | undefined): string =>
  type === 'set' ? 'SMEMBERS' : type === 'hash' ? 'HGETALL' : 'DUMP';

/** What has no order is sorted: two hash tables of the same members need not list them alike. */
function withoutOrder(reply: Buffer | Buffer[] | null, type: string | undefined): string | Buffer {
  if (!Array.isArray(reply)) return reply ?? '';
  const words = reply.map((one) => one.toString('hex'));
  if (type === 'set') return words.sort().join();
  return words
    .flatMap((field, i) => (i % 2 === 0 ? [`${field}=${words[i + 1]}`] : []))
    .sort()
    .join();
}

/** Keys of everything, without this tool's own. */
export function withoutOwn(all: ReadonlyMap<string, string>): Map<string, string> {
  const own = Buffer.from('rcm:').toString('hex');
  return new Map([...all].filter(([key]) => !key.startsWith(own)));
}

/** So many keys of one company, made in the server. */
export async function manyKeys(redis: Redis | Cluster, companyId: string, count: number, bytes = 100): Promise<void> {
  const script = `for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do redis.call('SET', KEYS[1] .. i, string.rep('v', ${bytes}) .. i) end`;
  for (let from = 0; from < count; from += 20_000)
    await redis.eval(script, 1, `company:${companyId}:`, from, Math.min(count, from + 20_000) - 1);
}

/** How many clears a company's counters hold. */
export function clearsCounted(redis: Redis | Cluster, companyId: string): Promise<number> {
  return counted(redis, companyId, 'clear');
}

/** What one of a company's counters holds. */
export async function counted(redis: Redis | Cluster, companyId: string, name: string): Promise<number> {
  const now = Date.now();
  let sum = 0;
  for (const at of [now - 3_600_000, now]) {
    const hash = await redis.hgetall(`rcm:{${companyId}}:counters:${new Date(at).toISOString().slice(0, 13)}`);
    for (const [field, value] of Object.entries(hash)) if (field.endsWith(`:${name}`)) sum += Number(value);
  }
  return sum;
}

/** Asserts that nothing of `before` went but the keys named, byte by byte. */
export function expectOnlyGone(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  gone: readonly Buffer[],
): void {
  const expected = new Map(before);
  for (const key of gone) expected.delete(key.toString('hex'));
  expect(new Map([...withoutOwn(after)].sort())).toEqual(new Map([...withoutOwn(expected)].sort()));
}

/** Keys in a backup file, by name. */
export async function savedKeys(file: string): Promise<Set<string>> {
  const reader = await BackupReader.open(file);
  const keys = new Set<string>();
  await reader.check((entry) => void keys.add(entry.key.toString()));
  await reader.close();
  return keys;
}
