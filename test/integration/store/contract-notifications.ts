import { expect, it } from 'vitest';
import { DEFAULT_RETENTION } from '../../../src/core/domain/activity.js';
import type { NotificationClaim, Settlement } from '../../../src/core/domain/notify/change.js';
import { at, HOSTILE } from './builders.js';
import type { ContractContext } from './contract.js';

const T1 = at('2026-03-01T10:00:00.000Z');
const T2 = at('2026-03-01T10:05:00.000Z');
const later = (ms: number) => new Date(T1.getTime() + ms);
const CLAIM_MS = 600_000;

const claim = (companyId: string | null, believed: NotificationClaim['believed'] = null): NotificationClaim => ({
  companyId,
  code: 'X',
  believed,
});
const told = (companyId: string | null, severity: Settlement['severity']): Settlement => ({
  companyId,
  code: 'X',
  severity,
});

export function notificationContract(context: ContractContext): void {
  const ids = (keys: readonly { companyId: string | null }[]) => keys.map((key) => key.companyId);

  it('a claim that is settled is what the target was told; each target has its own', async () => {
    const { notifications } = context.store;
    expect(await notifications.list('ops')).toEqual([]);
    const claims = [claim(null), claim(''), claim(HOSTILE)];
    expect(ids(await notifications.claim('ops', 'r1', claims, T1))).toEqual([null, '', HOSTILE]);
    await notifications.settle('ops', 'r1', [told(null, 'critical'), told('', 'warning'), told(HOSTILE, null)], T2);
    const other = await context.harness.open();
    const states = await other.notifications.list('ops');
    await other.close();
    expect(new Map(states.map((state) => [state.companyId, state]))).toEqual(
      new Map<unknown, unknown>([
        [null, { ...told(null, 'critical'), toldAt: T2 }],
        ['', { ...told('', 'warning'), toldAt: T2 }],
        [HOSTILE, { ...told(HOSTILE, null), toldAt: T2 }],
      ]),
    );
    expect(await notifications.list('mail')).toEqual([]);
    expect(ids(await notifications.claim('mail', 'r1', [claim(null)], T1))).toEqual([null]);
  });

  it('who saw something else than the target was told gets nothing', async () => {
    const { notifications } = context.store;
    await notifications.claim('ops', 'r1', [claim('a')], T1);
    await notifications.settle('ops', 'r1', [told('a', 'warning')], T1);
    expect(await notifications.claim('ops', 'r2', [claim('a'), claim('b', 'critical')], T1)).toEqual([]);
    expect(await notifications.claim('ops', 'r2', [claim('a', 'critical')], T1)).toEqual([]);
    expect(ids(await notifications.claim('ops', 'r2', [claim('a', 'warning')], T1))).toEqual(['a']);
  });

  it('a claim of a clock that was set back since holds nobody up', async () => {
    const { notifications } = context.store;
    await notifications.claim('ops', 'r1', [claim('a')], later(CLAIM_MS));
    expect(await notifications.claim('ops', 'r2', [claim('a')], later(1))).toEqual([]);
    expect(ids(await notifications.claim('ops', 'r2', [claim('a')], T1))).toEqual(['a']);
  });

  it('a claim is given back, or is over after ten minutes, to the millisecond; its late holder settles nothing', async () => {
    const { notifications } = context.store;
    await notifications.claim('ops', 'r1', [claim('a'), claim('b')], T1);
    expect(await notifications.claim('ops', 'r2', [claim('a')], later(CLAIM_MS - 1))).toEqual([]);
    expect(ids(await notifications.claim('ops', 'r2', [claim('a')], later(CLAIM_MS)))).toEqual(['a']);
    await notifications.settle('ops', 'r1', [told('a', 'warning')], later(CLAIM_MS));
    expect((await notifications.list('ops')).map((state) => state.severity)).toEqual([null, null]);
    await notifications.release('ops', 'r2');
    await notifications.release('mail', 'r1');
    expect(ids(await notifications.claim('ops', 'r3', [claim('a'), claim('b')], T1))).toEqual(['a']);
    await notifications.release('ops', 'r1');
    expect(ids(await notifications.claim('ops', 'r3', [claim('b')], T1))).toEqual(['b']);
  });

  it('of several runs at once each change goes to one', async () => {
    const claims = Array.from({ length: 20 }, (_, i) => claim(`c${String(i).padStart(2, '0')}`));
    const stores = await Promise.all(Array.from({ length: 4 }, () => context.harness.open()));
    const got = await Promise.all(stores.map((store, i) => store.notifications.claim('ops', `r${i}`, claims, T1)));
    await Promise.all(stores.map((store) => store.close()));
    expect(ids(got.flat()).sort()).toEqual(ids(claims));
  });

  it('what was told of an issue goes with it, and no other', async () => {
    const { notifications, issues } = context.store;
    const seen = (companyId: string) => ({ companyId, code: 'X', severity: 'warning' as const });
    await issues.record({ seen: [seen('a'), seen('b')], examined: () => true, at: T1 });
    await issues.record({ seen: [seen('b')], examined: () => true, at: T2 });
    await notifications.claim('ops', 'r1', [claim('a'), claim('b')], T1);
    await notifications.settle('ops', 'r1', [told('a', null), told('b', 'warning')], T1);
    const afterwards = new Date(T2.getTime() + 90 * 86_400_000);
    expect(await issues.prune(afterwards, DEFAULT_RETENTION)).toBe(0);
    expect(await notifications.list('ops')).toHaveLength(2);
    expect(await issues.prune(new Date(afterwards.getTime() + 1), DEFAULT_RETENTION)).toBe(1);
    expect(ids(await notifications.list('ops'))).toEqual(['b']);
  });
}
