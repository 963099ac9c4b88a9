import { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importEdits } from '../../../src/core/services/budget/import.js';
import { budgetCompanies, unknownIds } from '../../../src/core/services/budget/known.js';
import type { PricingPorts } from '../../../src/core/services/pricing/basis.js';
import { applyPricing, previewPricing } from '../../../src/core/services/pricing/change.js';
import { type RedisCluster, startCluster } from '../../support/redis/index.js';
import { companyRow, platformRow } from '../store/builders.js';
import { type Rig, rigOn } from './rig.js';

let cluster: RedisCluster;
let rig: Rig;
let ports: PricingPorts;
let asked = 0;
beforeAll(async () => {
  cluster = await startCluster();
  const client = new Cluster([cluster.url]);
  // Three ids whose keys are on three servers, most likely; the last is not UTF-8.
  for (const id of ['a', 'b', 'c', 'd']) await client.set(`company:${id}:k`, 'v');
  await client.set(Buffer.concat([Buffer.from('company:'), Buffer.from([0xff]), Buffer.from(':k')]), 'v');
  client.disconnect();
  rig = await rigOn(cluster.url);
  const { redis, ...others } = rig.ports;
  ports = { ...others, redis: async () => { asked += 1; return redis; } }; // biome-ignore format: one line
});
afterAll(async () => {
  await rig.close();
  await cluster.stop();
});

describe('who is known', () => {
  it('ids with keys on any server of a cluster', async () => {
    expect(await unknownIds(ports, ['a', 'gone', 'd', '\\xff', 'A'])).toEqual(['gone', 'A']);
  });

  it('those of the newest snapshot and with budgets, without asking Redis', async () => {
    const at = new Date();
    await ports.store.snapshots.insert({ platform: platformRow(at), companies: [companyRow('in snapshot', at)] });
    const edits = () => [
      { setting: { kind: 'customBudget' as const, companyId: 'own', line: 'cache' as const }, value: 1 },
    ];
    const preview = await previewPricing(ports, edits);
    await applyPricing(ports, edits, { actor: 'ann', reason: '', at }, preview, false);
    asked = 0;
    const { companies } = await budgetCompanies(ports, ['in snapshot', 'own'], { parts: false, unknown: false });
    expect(companies.map(({ companyId }) => companyId)).toEqual(['in snapshot', 'own']);
    expect(await unknownIds(ports, ['in snapshot', 'own'])).toEqual([]);
    expect(asked).toBe(0);
  });

  it('a file that is not there is no list of budgets', async () => {
    await expect(importEdits(ports, `${rig.dir}/none.csv`, false)).rejects.toMatchObject({
      code: 'RCM_IMPORT_INVALID',
    });
  });
});
