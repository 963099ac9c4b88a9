import { describe, expect, it } from 'vitest';
import { eventKey, eventKeyHash, keyHash } from '../../../../src/core/domain/access-event.js';
import { accessPatterns, type PatternAccess } from '../../../../src/core/domain/access-patterns.js';

const OPS = { h: 'hit', m: 'miss', s: 'set', d: 'delete' } as const;

/** Accesses of a key: `h@0 m@10` is a hit at 0 ms and a miss at 10 ms. */
function accesses(key: string, text: string, threshold = 1): PatternAccess[] {
  return text.split(' ').map((word) => {
    const [op, at] = word.split('@');
    return { key, op: OPS[op as keyof typeof OPS], timestampMs: Number(at), threshold };
  });
}
const only = (text: string) => accessPatterns(accesses('k', text)).patterns[0];

describe('the pattern of a key', () => {
  it('counts each kind of access', () => {
    expect(only('m@0 s@5 h@100 h@400 d@1000')).toEqual({
      key: 'k',
      accesses: 5,
      hits: 2,
      misses: 1,
      sets: 1,
      deletes: 1,
      hitRate: (2 / 3) * 100,
      // Of the pairs miss-hit and hit-hit, one alternates.
      alternation: 50,
      // 100 and 300 ms: what is written between two reads does not part them.
      meanIntervalMs: 200,
      medianIntervalMs: 200,
      firstAt: new Date(0),
      lastAt: new Date(1000),
      complete: true,
    });
  });

  it.each([
    ['h@0 h@1 h@2', 0],
    ['h@0 m@1 h@2 m@3', 100],
    ['m@0 m@1 m@2 h@3', 100 / 3],
    ['m@0 s@1 h@2 d@3 m@4', 100],
  ])('%s alternates in %d %% of its pairs', (text, percent) => {
    expect(only(text)?.alternation).toBeCloseTo(percent, 10);
  });

  it('has a median between the two in the middle, and one that a long pause does not move', () => {
    expect(only('h@0 h@10 h@30')).toMatchObject({ meanIntervalMs: 15, medianIntervalMs: 15 });
    expect(only('h@0 h@10 h@20 h@1020')).toMatchObject({ meanIntervalMs: 340, medianIntervalMs: 10 });
    expect(only('h@0 h@10 h@30 h@70 h@150')).toMatchObject({ medianIntervalMs: 30 });
  });

  it('knows nothing of pairs where there is one read, and no hit rate where there is none', () => {
    const nothing = { alternation: null, meanIntervalMs: null, medianIntervalMs: null };
    expect(only('h@0')).toMatchObject({ ...nothing, hitRate: 100 });
    expect(only('s@0 s@5 d@9')).toMatchObject({ ...nothing, hitRate: null, accesses: 3 });
  });

  it('is the same in whatever order the accesses come', () => {
    const list = accesses('k', 'm@0 h@7 h@9 m@20');
    expect(accessPatterns(list.toReversed())).toEqual(accessPatterns(list));
  });

  it('keeps the order of what took place in one millisecond', () => {
    expect(only('m@5 h@5 h@5')).toMatchObject({ alternation: 50, meanIntervalMs: 0 });
    expect(only('h@5 m@5 h@5')).toMatchObject({ alternation: 100 });
  });
});

describe('the sample', () => {
  it('nothing recorded', () => {
    expect(accessPatterns([])).toEqual({ threshold: null, patterns: [] });
  });

  it('has the lowest threshold, under which keys are complete', () => {
    const keys = Array.from({ length: 200 }, (_, i) => `key ${i}`);
    const { threshold, patterns } = accessPatterns([
      ...keys.flatMap((key) => accesses(key, 'h@0', 0.5)),
      ...accesses('late', 'h@9', 0.25),
    ]);
    expect(threshold).toBe(0.25);
    for (const { key, complete } of patterns) expect([key, complete]).toEqual([key, keyHash(key) < 0.25 * 2 ** 32]);
    const complete = patterns.filter((pattern) => pattern.complete).length;
    expect(complete).toBeGreaterThan(0);
    expect(complete).toBeLessThan(patterns.length);
  });

  it('judges a key that was recorded shortened by its own hash', () => {
    const long = 'x'.repeat(300);
    expect(eventKeyHash(eventKey(long))).toBe(keyHash(long));
    expect(eventKeyHash('short…deadbeef')).toBe(keyHash('short…deadbeef'));
  });

  it('has the most used keys first', () => {
    const { patterns } = accessPatterns([
      ...accesses('b', 'h@0'),
      ...accesses('a', 'h@1'),
      ...accesses('often', 'h@2 h@3'),
    ]);
    expect(patterns.map((pattern) => pattern.key)).toEqual(['often', 'a', 'b']);
  });
});
