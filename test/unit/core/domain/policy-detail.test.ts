import { expect, it } from 'vitest';
import { activityDetail } from '../../../../src/core/domain/activity-detail.js';
import { NO_POLICY } from '../../../../src/core/services/policy/change.js';

const detail = (before: object | null, after: object | null, command?: string) =>
  activityDetail({
    companyId: '1',
    timestamp: new Date(0),
    eventType: 'policy',
    key: null,
    details: { operationId: 'x', ...(command === undefined ? {} : { command }), before, after },
    metadata: {},
  });
const policy = (part: object) => ({ ...NO_POLICY, ...part });

it.each([
  [null, policy({ maxTtlSeconds: 86_400 }), 'TTL at most 24h'],
  [policy({ maxTtlSeconds: 60 }), policy({ minTtlSeconds: 300, maxTtlSeconds: 3600 }), 'TTL 5m to 1h'],
  [policy({ maxTtlSeconds: 60 }), policy({}), 'TTL as the application says'],
  [
    policy({ minTtlSeconds: 60 }),
    policy({ minTtlSeconds: 60, segments: [{ segment: 'a', minTtlSeconds: 5, maxTtlSeconds: 5 }] }),
    "TTL of 'a' 5s",
  ],
  [null, policy({ cachingEnabled: false }), 'caching off'],
  [null, policy({ minTtlSeconds: 300, minUpdateIntervalSeconds: 60 }), 'TTL at least 5m; config updates once in 1m'],
  [
    policy({ eventsMax: 9 }),
    policy({ reviewReason: 'too large' }),
    'events kept as usual; review asked for: too large',
  ],
  [policy({ eventsMax: 9 }), null, 'no policy any more'],
  [policy({}), policy({}), 'the same again'],
])('%j → %j: %s', (before, after, phrase) => {
  expect(detail(before, after)).toBe(phrase);
  expect(detail(before, after, 'fix')).toBe(`${phrase}, by fix`);
});

it('an entry that does not tell what it changed is shown as it is', () => {
  expect(detail(null, null, 'fix')).toBe('command: fix');
});
