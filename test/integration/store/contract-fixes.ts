import { expect, it } from 'vitest';
import { at, fix, HOSTILE } from './builders.js';
import type { ContractContext } from './contract.js';

export function fixContract(context: ContractContext): void {
  it('keeps a fix whole, whatever its steps hold', async () => {
    const record = fix(HOSTILE, {
      companyId: HOSTILE,
      finishedAt: at('2026-03-01T10:05:00.001Z'),
      status: 'applied',
      steps: [{ name: 'expire', done: true, undo: { [HOSTILE]: -1, 'a.b': { $set: [null] }, $ref: 'x', $id: 1 } }],
      before: { 'maxmemory-policy': 'noeviction', deep: { a: { b: [1, 'two', { c: null }] } } },
      predicted: { hitRate: 97.5 },
      measured: { hitRate: 96.25 },
    });
    await context.store.fixes.insert(record);
    expect(await context.store.fixes.get(HOSTILE)).toEqual(record);
    expect(await context.store.fixes.get('none')).toBeNull();
  });

  it('adds 1 to the version of each update, and refuses any other version', async () => {
    const { fixes } = context.store;
    await fixes.insert(fix('f1'));
    await expect(fixes.insert(fix('f1'))).rejects.toMatchObject({ code: 'RCM_CONFLICT' });
    const second = await fixes.update(fix('f1', { status: 'applying' }));
    expect(second).toEqual(fix('f1', { status: 'applying', version: 2 }));
    await expect(fixes.update(fix('f1', { status: 'failed' }))).rejects.toMatchObject({ code: 'RCM_CONFLICT' });
    await expect(fixes.update(fix('none'))).rejects.toMatchObject({ code: 'RCM_CONFLICT' });
    expect(await fixes.get('f1')).toEqual(second);
  });

  it('lets one of several updates of the same version win', async () => {
    await context.store.fixes.insert(fix('f1'));
    const stores = await Promise.all(Array.from({ length: 4 }, () => context.harness.open()));
    const outcomes = await Promise.allSettled(stores.map((store) => store.fixes.update(fix('f1'))));
    await Promise.all(stores.map((store) => store.close()));
    expect(outcomes.filter((o) => o.status === 'fulfilled')).toHaveLength(1);
    expect((await context.store.fixes.get('f1'))?.version).toBe(2);
  });

  it('lists the newest first, of one company or of all', async () => {
    const { fixes } = context.store;
    await fixes.insert(fix('old', { plannedAt: at('2026-01-01T00:00:00Z') }));
    await fixes.insert(fix('new', { plannedAt: at('2026-03-01T00:00:00Z') }));
    await fixes.insert(fix('other', { plannedAt: at('2026-02-01T00:00:00Z'), companyId: 'beta' }));
    const ids = async (filter: Parameters<typeof fixes.list>[0]) => (await fixes.list(filter)).map((f) => f.fixId);
    expect(await ids({ limit: 10 })).toEqual(['new', 'other', 'old']);
    expect(await ids({ companyId: 'acme', limit: 10 })).toEqual(['new', 'old']);
    expect(await ids({ companyId: 'acme', limit: 1 })).toEqual(['new']);
    expect(await ids({ limit: 0 })).toEqual([]);
  });

  it('lists those of some statuses', async () => {
    const { fixes } = context.store;
    await fixes.insert(fix('a', { status: 'applying' }));
    await fixes.insert(fix('b', { status: 'applied' }));
    await fixes.insert(fix('c', { status: 'undoing', companyId: 'beta' }));
    const open = async (companyId?: string) =>
      (await fixes.list({ ...(companyId && { companyId }), statuses: ['applying', 'undoing'], limit: 10 }))
        .map((f) => f.fixId)
        .sort();
    expect(await open()).toEqual(['a', 'c']);
    expect(await open('beta')).toEqual(['c']);
    expect(await fixes.list({ statuses: ['failed'], limit: 10 })).toEqual([]);
  });

  it('keeps what was touched in chunks, each replaced by the same again', async () => {
    const { fixes } = context.store;
    await fixes.keepTouched('f1', 0, [['AAA=', -1, 5]]);
    await fixes.keepTouched('f1', 1, [['AAAB', 1000, 6]]);
    await fixes.keepTouched('f1', 0, [['AAA=', -1, 7]]);
    expect(await fixes.touched('f1', 0)).toEqual([['AAA=', -1, 7]]);
    expect(await fixes.touched('f1', 1)).toEqual([['AAAB', 1000, 6]]);
    expect(await fixes.touched('f1', 2)).toBeNull();
    expect(await fixes.touched('f2', 0)).toBeNull();
  });
}
