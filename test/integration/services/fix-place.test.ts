import { copyFile } from 'node:fs/promises';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { configSchema } from '../../../src/core/config/schema.js';
import { connectRedis } from '../../../src/core/redis/connect/connect.js';
import { applyFix } from '../../../src/core/services/fix/apply.js';
import { measureFix } from '../../../src/core/services/fix/measure.js';
import { type FixPorts, fixPorts } from '../../../src/core/services/fix/ports.js';
import { prepareFix } from '../../../src/core/services/fix/prepare.js';
import { recoverFixes } from '../../../src/core/services/fix/recover.js';
import { undoFix } from '../../../src/core/services/fix/undo.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { type Rig, rigOn } from './rig.js';

const act = { actor: 'ann', reason: null };
const undo = { withKeys: true, force: false };

let servers: RedisServer[];
let staging: Redis;
let production: Redis;
let rig: Rig;
let there: FixPorts;
let here: FixPorts;
let close: () => void;
beforeAll(async () => {
  servers = [await startRedis(), await startRedis()];
  const [one, other] = servers as [RedisServer, RedisServer];
  [staging, production] = [connect(one), connect(other)];
  rig = await rigOn(one.url, { fix: { obeySeconds: 0 } });
  const connection = await connectRedis(configSchema.parse({ redis: { url: other.url } }).redis);
  close = () => connection.close();
  there = fixPorts(rig.ports, rig.dir, `${rig.dir}/unlogged.ndjson`);
  here = { ...there, redis: connection };
});
afterAll(async () => {
  close();
  await rig.close();
  for (const redis of [staging, production]) redis.disconnect();
  await Promise.all(servers.map((server) => server.stop()));
});

it('a fix that was interrupted on one Redis is not finished on another that shares its journal', async () => {
  for (const redis of [staging, production]) await redis.set('company:12:a', 'v');
  const { fixId } = await interrupted('12');
  const told = await recoverFixes(here, act);
  expect(told).toMatchObject([{ fixId, status: null }]);
  expect(told[0]?.text).toContain(there.redis.label);
  expect(await production.get('company:12:a')).toBe('v');
  expect(await production.exists('rcm:{12}:policy')).toBe(0);
  await expect(undoFix(here, fixId, undo, act)).rejects.toMatchObject({ code: 'RCM_CONFLICT' });
  expect(await recoverFixes(there, act)).toMatchObject([{ fixId, status: 'applied' }]);
  expect(await staging.exists('company:12:a')).toBe(0);
  expect(await production.get('company:12:a')).toBe('v');
});

it('an undo on another Redis is refused, and nothing is measured there, unless it is the same one by another name', async () => {
  for (const redis of [staging, production]) await redis.set('company:13:a', 'v');
  const { record } = await applyFix(there, await prepared(there, '13'), act);
  expect(record.status).toBe('applied');
  await expect(undoFix(here, record.fixId, undo, act)).rejects.toMatchObject({
    code: 'RCM_CONFLICT',
    message: expect.stringContaining(there.redis.label),
  });
  await production.hset(`rcm:{13}:counters:${new Date().toISOString().slice(0, 13)}`, { '0:hit': 5000 });
  expect((await measureFix(here, record)).measured).toBeNull();
  const renamed = { ...there, redis: { ...there.redis, label: 'cache.internal:6379' } };
  await expect(undoFix(renamed, record.fixId, undo, act)).rejects.toMatchObject({ code: 'RCM_CONFLICT' });
  const forced = await undoFix(renamed, record.fixId, { ...undo, force: true }, act);
  expect(forced).toMatchObject({ record: { status: 'undone' }, undone: { restoredKeys: 1 } });
  expect(await staging.get('company:13:a')).toBe('v');
});

it('a fix that was interrupted is finished on the keys that it was made for, however the next command is configured', async () => {
  await staging.set('company:14:a', 'v');
  await staging.set('tenant:14:a', 'v');
  const { fixId } = await interrupted('14');
  const config = { ...there.config, keyTemplates: ['tenant:{companyId}:*'] };
  expect(await recoverFixes({ ...there, config }, act)).toMatchObject([{ fixId, status: 'applied' }]);
  expect(await staging.exists('company:14:a')).toBe(0);
  expect(await staging.get('tenant:14:a')).toBe('v');
});

it('an undo tells of keys that another machine saved before this one went on', async () => {
  await staging.set('company:15:a', 'v');
  const { fixId } = await interrupted('15');
  const { fixes } = there.store;
  const record = await fixes.get(fixId);
  const steps = record?.steps.map((step) =>
    step.name === 'clear' ? { ...step, undo: { ...step.undo, host: 'one' } } : step,
  );
  await fixes.update({ ...record, steps } as typeof record & object);
  expect(await recoverFixes(there, act)).toMatchObject([{ status: 'applied' }]);
  const undone = await undoFix(there, fixId, undo, act);
  expect(undone.undone).toEqual({ restoredKeys: 1 });
  expect(undone.warnings).toContainEqual(expect.stringContaining('saved on one'));
});

function prepared(ports: FixPorts, companyId: string) {
  const company = { companyId, companyName: null };
  return prepareFix(ports, { company, code: 'EXCESSIVE_MEMORY', force: true, allowSlow: false });
}

/** As a process leaves it that is killed when the clear has begun. */
async function interrupted(companyId: string): Promise<{ fixId: string }> {
  const { store } = there;
  let killed = false;
  const update: typeof store.fixes.update = async (fix) => {
    if (killed) throw new Error('killed');
    const written = await store.fixes.update(fix);
    killed = fix.steps.some(({ name, begun }) => name === 'clear' && begun === true);
    if (killed) throw new Error('killed');
    return written;
  };
  const dying = { ...there, store: { ...store, fixes: { ...store.fixes, update } } };
  const { record } = await applyFix(dying, await prepared(dying, companyId), act);
  return { fixId: record.fixId };
}

it('a backup that holds keys of others is not the one of a fix: nothing is put back from it', async () => {
  await staging.mset('company:14:a', 'v', 'company:15:a', 'v');
  const fixes = [];
  for (const id of ['14', '15']) fixes.push((await applyFix(there, await prepared(there, id), act)).record);
  const [own, other] = fixes.map(({ steps }) => steps.find(({ name }) => name === 'clear')?.params?.backup as string);
  expect(await staging.exists('company:14:a', 'company:15:a')).toBe(0);
  await copyFile(own as string, `${rig.dir}/own.rcmb`);
  await copyFile(other as string, own as string);
  const fixId = fixes[0]?.fixId as string;
  await expect(undoFix(there, fixId, undo, act)).rejects.toMatchObject({ code: 'RCM_BACKUP_INVALID' });
  expect(await staging.exists('company:14:a', 'company:15:a')).toBe(0);
  await copyFile(`${rig.dir}/own.rcmb`, own as string);
  expect((await undoFix(there, fixId, undo, act)).record.status).toBe('undone');
  expect([await staging.get('company:14:a'), await staging.exists('company:15:a')]).toEqual(['v', 0]);
});
