import { expect, it } from 'vitest';
import { FIGURES } from '../../../../src/cli/views/stats-figures.js';
import type { StatsReport } from '../../../../src/core/services/stats/report.js';

type Cost = StatsReport['cost'];
const cost: Cost = {
  companies: 25.36,
  redis: 25.36,
  mongodb: 0,
  unallocated: 57,
  mongodbBaseTier: 57,
  redisBase: 0,
  platform: 82.36,
  twilio: 0,
  unknown: [],
};
const texts = (unknown: Cost['unknown'], part: Partial<Cost> = {}) =>
  ['cost', 'platformCost', 'twilioCost'].map((name) =>
    FIGURES.find((figure) => figure.name === name)?.text?.({ cost: { ...cost, ...part, unknown } } as StatsReport),
  );

it('a sum that lacks a part is marked where it lacks it, never shown as if it were whole', () => {
  expect(texts([])).toEqual([
    '$25.36/month (Redis $25.36, MongoDB $0.00)',
    '$82.36/month',
    '$0.00/month (Twilio, apart)',
  ]);
  expect(texts(['mongodb.storage', 'twilio.calls'])).toEqual([
    '$25.36+/month (Redis $25.36, MongoDB $0.00+)',
    '$82.36+/month',
    '$0.00+/month (Twilio, apart)',
  ]);
  expect(texts(['twilio.recordings'])[0]).toBe('$25.36/month (Redis $25.36, MongoDB $0.00)');
  expect(texts(['mongodb.storage'], { mongodb: null })[0]).toBe('$25.36+/month (Redis $25.36, MongoDB —)');
});
