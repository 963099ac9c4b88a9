import { describe, expect, it } from 'vitest';
import { type NamedServer, percentOf, redisTotals } from '../../../../src/core/domain/server-info.js';
import { parseServerInfo } from '../../../../src/core/redis/server-info.js';

const server = (change: Partial<NamedServer>): NamedServer => ({
  ...parseServerInfo(''),
  label: 'redis:6379',
  usedMemoryBytes: 100,
  maxMemoryBytes: 400,
  fragmentationRatio: 1,
  uptimeSeconds: 50,
  evictedKeys: 1,
  expiredKeys: 0,
  keyspaceHits: 30,
  keyspaceMisses: 10,
  ...change,
});

describe('redisTotals', () => {
  it('sums over primaries; uptime is that of the one that started last', () => {
    const other = server({ usedMemoryBytes: 300, maxMemoryBytes: 600, fragmentationRatio: 2, uptimeSeconds: 40 });
    expect(redisTotals([server({}), { ...other, evictedKeys: 2 }])).toEqual({
      usedMemoryBytes: 400,
      maxMemoryBytes: 1000,
      usedPercent: 40,
      fragmentationRatio: 1.75, // (100 × 1 + 300 × 2) ÷ 400
      uptimeSeconds: 40,
      evictedKeys: 3,
      expiredKeys: 0,
      keyspaceHits: 60,
      keyspaceMisses: 20,
    });
  });

  it('has no limit where one server has none, and nothing where one does not say', () => {
    expect(redisTotals([server({}), server({ maxMemoryBytes: 0 })])).toMatchObject({
      usedMemoryBytes: 200,
      maxMemoryBytes: null,
      usedPercent: null,
    });
    expect(redisTotals([server({}), server({ evictedKeys: null })])).toMatchObject({
      evictedKeys: null,
      expiredKeys: 0,
    });
    for (const none of [null, []]) expect(new Set(Object.values(redisTotals(none)))).toEqual(new Set([null]));
  });
});

it('percentOf', () => {
  expect([percentOf(1, 4), percentOf(0, 4), percentOf(1, 0), percentOf(1, null), percentOf(null, 4)]).toEqual([
    25,
    0,
    null,
    null,
    null,
  ]);
});
