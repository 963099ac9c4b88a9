import { expect, it } from 'vitest';
import { HOSTILE, policy } from './builders.js';
import type { ContractContext } from './contract.js';

export function policyContract(context: ContractContext): void {
  it('has none, then the one that was put, then the next version', async () => {
    const { policies } = context.store;
    expect(await policies.get('acme')).toBeNull();
    const first = await policies.put(policy('acme'), 0);
    expect(first).toEqual({ ...policy('acme'), version: 1 });
    const change = {
      cachingEnabled: false,
      minTtlSeconds: 60,
      segments: [
        { segment: HOSTILE, minTtlSeconds: 5, maxTtlSeconds: null },
        { segment: '', minTtlSeconds: null, maxTtlSeconds: 0.5 },
      ],
      maxTtlSeconds: null,
      reviewReason: 'look',
      eventsMax: 16_384,
    };
    expect(await policies.put(policy('acme', change), 1)).toMatchObject({ version: 2 });
    expect(await policies.get('acme')).toEqual({ ...policy('acme', change), version: 2 });
  });

  it('lists all, whatever their ids', async () => {
    const ids = [HOSTILE, '$gt', 'a.b', '64b000000000000000000001', ''];
    for (const id of ids) await context.store.policies.put(policy(id, { reason: HOSTILE }), 0);
    const listed = await context.store.policies.list();
    expect(listed.map((p) => p.companyId).sort()).toEqual([...ids].sort());
    expect(listed.every((p) => p.reason === HOSTILE)).toBe(true);
    expect((await context.store.policies.get(HOSTILE))?.companyId).toBe(HOSTILE);
  });

  it('refuses any other version than the stored one', async () => {
    const { policies } = context.store;
    const refused = { code: 'RCM_CONFLICT' };
    await expect(policies.put(policy('acme'), 1)).rejects.toMatchObject(refused);
    await expect(policies.remove('acme', 1)).rejects.toMatchObject(refused);
    await expect(policies.remove('acme', 0)).rejects.toMatchObject(refused);
    await policies.put(policy('acme'), 0);
    for (const version of [0, 2]) {
      await expect(policies.put(policy('acme', { reason: 'late' }), version)).rejects.toMatchObject(refused);
      await expect(policies.remove('acme', version)).rejects.toMatchObject(refused);
    }
    expect(await policies.get('acme')).toEqual({ ...policy('acme'), version: 1 });
    await policies.remove('acme', 1);
    expect(await policies.get('acme')).toBeNull();
  });

  it('lets one of several writers of the same version win', async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => context.harness.open()));
    for (const version of [0, 1]) {
      const outcomes = await Promise.allSettled(stores.map((store) => store.policies.put(policy('acme'), version)));
      expect(outcomes.filter((o) => o.status === 'fulfilled')).toHaveLength(1);
      for (const o of outcomes) if (o.status === 'rejected') expect(o.reason).toMatchObject({ code: 'RCM_CONFLICT' });
    }
    await Promise.all(stores.map((store) => store.close()));
    expect((await context.store.policies.get('acme'))?.version).toBe(2);
  });

  it('refuses a damaged policy, and does not overwrite it', async () => {
    const { policies } = context.store;
    await policies.put(policy('acme'), 0);
    await context.harness.damagePolicy('acme');
    const damaged = { code: 'RCM_STORE_DAMAGED', message: expect.stringContaining('cachingEnabled') };
    await expect(policies.get('acme')).rejects.toMatchObject(damaged);
    await expect(policies.list()).rejects.toMatchObject(damaged);
    await expect(policies.put(policy('acme'), 1)).rejects.toMatchObject(damaged);
    await expect(policies.remove('acme', 1)).rejects.toMatchObject(damaged);
    await expect(policies.get('acme')).rejects.toMatchObject(damaged);
  });
}
