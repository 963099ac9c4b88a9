import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccessEvent } from '../../../../src/core/domain/access-event.js';
import {
  type FeedEntry,
  feedOfAccess,
  feedOfActivity,
  loggedAccess,
} from '../../../../src/core/domain/activity-feed.js';
import {
  feedIdentity,
  mergeOnce,
  ShownOnce,
  withoutFinishedIntents,
} from '../../../../src/core/domain/activity-once.js';

const EVENT: AccessEvent = { timestampMs: 1000, key: 'k', op: 'hit', sizeBytes: 10, durationUs: 333, threshold: 1 };
const live = (change: Partial<AccessEvent> = {}, companyId = 'a') =>
  feedOfAccess(companyId, null, { ...EVENT, ...change });
/** As it comes back from a store that keeps JSON. */
const logged = (change: Partial<AccessEvent> = {}, companyId = 'a'): FeedEntry => {
  const entry = loggedAccess(companyId, { ...EVENT, ...change });
  return feedOfActivity({ ...entry, details: JSON.parse(JSON.stringify(entry.details)) }, 'its name');
};
const act = (phase: string, operationId: string, companyId = 'a'): FeedEntry =>
  feedOfActivity(
    {
      companyId,
      timestamp: new Date(1000),
      eventType: 'clear',
      key: null,
      details: { phase, operationId },
      metadata: {},
    },
    null,
  );

describe('feedIdentity', () => {
  it('is the same for an access wherever it stands, whatever it takes', () => {
    const times = fc.record({
      timestampMs: fc.nat({ max: 2e12 }),
      durationUs: fc.nat({ max: 1e10 }),
      sizeBytes: fc.nat(),
      op: fc.constantFrom('hit' as const, 'miss' as const, 'set' as const, 'delete' as const),
      key: fc.string(),
    });
    fc.assert(
      fc.property(times, (change) => {
        expect(feedIdentity(logged(change))).toBe(feedIdentity(live(change)));
      }),
    );
  });

  it.each([{ timestampMs: 1001 }, { key: 'K' }, { op: 'set' as const }, { sizeBytes: 11 }, { durationUs: 334 }])(
    'differs with %j',
    (change) => {
      expect(feedIdentity(live(change))).not.toBe(feedIdentity(live()));
    },
  );

  it('does not take parts of one field for another', () => {
    expect(feedIdentity(live({ key: 'x' }, 'a,1'))).not.toBe(feedIdentity(live({ key: '1,x' }, 'a')));
  });
});

describe('mergeOnce', () => {
  it.each([
    [0, 0, 0],
    [1, 0, 1],
    [0, 1, 1],
    [1, 1, 1],
    [2, 1, 2],
    [1, 3, 3],
  ])('%i times live and %i times logged took place %i times', (n, m, times) => {
    const merged = mergeOnce(
      Array.from({ length: n }, () => live()),
      Array.from({ length: m }, () => logged()),
    );
    expect(merged).toHaveLength(times);
  });

  it('shows the live one of the two, and what only one place has', () => {
    const merged = mergeOnce([live(), live({ key: 'live' })], [logged(), logged({ key: 'log' }), act('outcome', '1')]);
    expect(merged.map((e) => [e.source, e.key])).toEqual([
      ['live', 'k'],
      ['live', 'live'],
      ['log', 'log'],
      ['log', null],
    ]);
  });
});

it('an intent goes where the outcome of the same act and company is', () => {
  const kept = withoutFinishedIntents([
    act('outcome', '1'),
    act('intent', '1'),
    act('intent', '1', 'b'),
    act('intent', '2'),
  ]);
  expect(kept.map((e) => [e.details.phase, e.details.operationId, e.companyId])).toEqual([
    ['outcome', '1', 'a'],
    ['intent', '1', 'b'],
    ['intent', '2', 'a'],
  ]);
});

describe('ShownOnce', () => {
  it('shows what is logged once, however often it is read', () => {
    const once = new ShownOnce();
    expect(once.fresh([], [act('outcome', '1')])).toHaveLength(1);
    expect(once.fresh([], [act('outcome', '1')])).toEqual([]);
    expect(once.fresh([], [act('outcome', '2'), act('outcome', '1')])).toHaveLength(1);
  });

  it('does not show in the log what was shown live, nor the other way round', () => {
    const once = new ShownOnce();
    expect(once.fresh([live()], [])).toHaveLength(1);
    expect(once.fresh([], [logged()])).toEqual([]);
    // A second one, alike in everything, live and then logged.
    expect(once.fresh([live()], [logged(), logged()])).toHaveLength(1);
    expect(once.fresh([], [logged({ key: 'x' })])).toHaveLength(1);
    expect(once.fresh([live({ key: 'x' })], [])).toEqual([]);
  });

  it('does not repeat what was shown before, and forgets what is not read again', () => {
    const once = new ShownOnce();
    once.alreadyShown([live(), logged({ key: 'x' })]);
    expect(once.fresh([], [logged(), logged({ key: 'x' })])).toEqual([]);
    once.forgetBefore(1000);
    expect(once.fresh([], [logged()])).toEqual([]);
    once.forgetBefore(1001);
    expect(once.fresh([], [logged()])).toHaveLength(1);
  });
});
