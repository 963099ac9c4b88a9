import type { Cluster, Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import type { FixRecord } from '../../../src/core/domain/fix.js';
import { acquireLease } from '../../../src/core/redis/lease.js';
import { OpenFix } from '../../../src/core/services/fix/journal.js';
import { type FixPorts, fixPorts } from '../../../src/core/services/fix/ports.js';
import { boundTtlStep } from '../../../src/core/services/fix/steps/bound-ttl.js';
import { startKind } from '../../support/redis/index.js';
import { rigOn } from './rig.js';

const DAY_MS = 86_400_000;
const ID = 'acme';

let stop: (() => Promise<void>) | undefined;
afterEach(() => stop?.());

/** A fix of keys without an end whose step may be begun, as a process that was killed would leave it. */
async function world(kind: string) {
  const { nodes, client } = await startKind(kind);
  const rig = await rigOn(nodes.url);
  stop = async () => {
    await rig.close();
    client.disconnect();
    await nodes.stop();
  };
  const { store } = rig.ports;
  const keepers: (() => Promise<unknown>)[] = [];
  /** The store, slower, or while something else happens. */
  const fixes = {
    ...store.fixes,
    keepTouched: async (...args: Parameters<typeof store.fixes.keepTouched>) => {
      await keepers.shift()?.();
      await new Promise(setImmediate);
      await store.fixes.keepTouched(...args);
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
  const ports: FixPorts = fixPorts({ ...rig.ports, store: { ...store, fixes } }, rig.dir, `${rig.dir}/unlogged.ndjson`);
  const record: FixRecord = {
    fixId: 'fx-000000',
    companyId: ID,
    issueCode: 'MISSING_TTL',
    status: 'applying',
    plannedAt: new Date(),
    finishedAt: null,
    actor: 'ann',
    reason: '',
    steps: [{ name: 'bound-ttl', params: { ttlSeconds: 86_400 }, begun: false, done: false, undo: null }],
    before: {},
    predicted: {},
    measured: null,
    version: 1,
  };
  await store.fixes.insert(record);
  const lease = await acquireLease(ports.redis.client, `fix:${ID}`, { ttlMs: 10_000 });
  const fix = new OpenFix(ports, record, { actor: 'ann', reason: null }, lease);
  return { client, fix, keepers };
}

const undo = { withKeys: false, force: false };
const begin = async (
  fix: OpenFix,
  change: (span: Record<string, unknown>) => Record<string, unknown> = (span) => span,
) => fix.saveStep(0, { undo: change(await boundTtlStep.prepare(fix, 0)), begun: true });

async function fill(client: Redis | Cluster, keys: number): Promise<string[]> {
  const names = Array.from({ length: keys }, (_, n) => `company:${ID}:${n}`);
  await Promise.all(names.map((name) => client.set(name, 'v')));
  return names;
}

const ttls = (client: Redis | Cluster, names: string[]) => Promise.all(names.map((name) => client.pttl(name)));

describe('giving an end to keys that have none', () => {
  it('goes on days after it was interrupted, with a whole day for each key, and can be undone', async () => {
    const { client, fix } = await world('standalone');
    const names = await fill(client, 20);
    // Begun two days ago.
    await begin(fix, ({ fromMs, toMs }) => ({
      fromMs: Number(fromMs) - 2 * DAY_MS,
      toMs: Number(toMs) - 2 * DAY_MS,
    }));
    await boundTtlStep.apply(fix, 0);
    for (const left of await ttls(client, names)) {
      expect(left).toBeGreaterThan(DAY_MS - 120_000);
      expect(left).toBeLessThanOrEqual(DAY_MS);
    }
    expect(await boundTtlStep.undo(fix, 0, undo)).toEqual({ restoredTtls: 20 });
    expect(new Set(await ttls(client, names))).toEqual(new Set([-1]));
  });

  it('undoes what it did before it was interrupted and after, and nothing else', async () => {
    const { client, fix } = await world('standalone');
    const names = await fill(client, 3);
    const [first, second, third] = names as [string, string, string];
    const HOUR = 3_600_000;
    // Three hours ago `first` was done, and `second` only noted; the application stored it a second ago.
    await begin(fix, ({ fromMs, toMs }) => ({ fromMs: Number(fromMs) - 3 * HOUR, toMs: Number(toMs) - 3 * HOUR }));
    const span = fix.step(0).undo as { fromMs: number; toMs: number };
    const former = (span.fromMs + span.toMs) / 2;
    const base64 = (key: string) => Buffer.from(key).toString('base64');
    await fix.ports.store.fixes.keepTouched('fx-000000', 0, [
      [base64(first), -1, former],
      [base64(second), -1, former],
    ]);
    await client.call('PEXPIREAT', first, Math.round(former));
    await client.set(second, 'stored by the application', 'PX', DAY_MS - 1000);
    await boundTtlStep.apply(fix, 0);
    const stored = await client.call('PEXPIRETIME', second);
    expect(await client.pttl(third)).toBeGreaterThan(DAY_MS - 120_000);
    expect(await boundTtlStep.undo(fix, 0, undo)).toEqual({ restoredTtls: 2 });
    expect(await ttls(client, [first, third])).toEqual([-1, -1]);
    expect(await client.call('PEXPIRETIME', second)).toBe(stored);
  });

  it('leaves a key alone that the application gave an end meanwhile', async () => {
    const { client, fix, keepers } = await world('standalone');
    await fill(client, 1);
    await begin(fix);
    keepers.push(() => client.set(`company:${ID}:0`, 'v', 'PX', 7 * DAY_MS));
    await boundTtlStep.apply(fix, 0);
    expect(await client.pttl(`company:${ID}:0`)).toBeGreaterThan(6 * DAY_MS);
    expect(await boundTtlStep.undo(fix, 0, undo)).toEqual({ restoredTtls: 0 });
  });

  it('knows every key again on a cluster, whose servers are walked at once', async () => {
    const { client, fix } = await world('cluster');
    const names = await fill(client, 3000);
    await begin(fix);
    await boundTtlStep.apply(fix, 0);
    expect(Math.min(...(await ttls(client, names)))).toBeGreaterThan(0);
    expect(await boundTtlStep.undo(fix, 0, undo)).toEqual({ restoredTtls: names.length });
    expect(new Set(await ttls(client, names))).toEqual(new Set([-1]));
  });
});
