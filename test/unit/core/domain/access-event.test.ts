import { describe, expect, it } from 'vitest';
import {
  type AccessEvent,
  decodeAccessEvent,
  encodeAccessEvent,
  eventKey,
  keyHash,
  THRESHOLD_STEPS,
} from '../../../../src/core/domain/access-event.js';

const event: AccessEvent = {
  timestampMs: 1_790_000_000_123,
  key: 'profile',
  op: 'miss',
  sizeBytes: 1200,
  durationUs: 345,
  threshold: 0.25,
};

describe('the hash that chooses keys', () => {
  // FNV-1a("") = 811c9dc5, ("a") = e40c292c, ("foobar") = bf9cf968 (draft-eastlake-fnv), each through fmix32, computed in Python.
  it.each([
    ['', 0xab3e7c0b],
    ['a', 0x1a80b1b3],
    ['foobar', 0xc0da6dc],
  ])('is the same for ever: %j', (key, hash) => {
    expect(keyHash(key)).toBe(hash);
  });

  it('chooses about the share of keys that the threshold says, among similar keys too', () => {
    const keys = Array.from({ length: 20_000 }, (_, i) => `order:${i}`);
    const chosen = keys.filter((key) => keyHash(key) < 0.1 * 2 ** 32).length;
    expect(chosen).toBeGreaterThan(1800);
    expect(chosen).toBeLessThan(2200);
  });
});

describe('an event in the stream', () => {
  it('comes back as it was, threshold included', () => {
    expect(encodeAccessEvent(event)).toEqual([
      't',
      '1790000000123',
      'k',
      'profile',
      'o',
      'm',
      's',
      '1200',
      'd',
      '345',
      'p',
      '4194304',
    ]);
    expect(decodeAccessEvent(encodeAccessEvent(event))).toEqual(event);
    const smallest = { ...event, threshold: 1 / THRESHOLD_STEPS };
    expect(decodeAccessEvent(encodeAccessEvent(smallest))).toEqual(smallest);
  });

  it('is read among fields of a newer version, in any order', () => {
    const fields = ['v', '9', 'node', 'x', 'o', 'h', 'k', 'a', 't', '5'];
    expect(decodeAccessEvent(fields)).toEqual({
      timestampMs: 5,
      key: 'a',
      op: 'hit',
      sizeBytes: 0,
      durationUs: 0,
      threshold: 1,
    });
  });

  it.each([
    ['an unknown operation', ['t', '5', 'k', 'a', 'o', 'x']],
    ['no key', ['t', '5', 'o', 'h']],
    ['a time that is none', ['t', 'soon', 'k', 'a', 'o', 'h']],
    ['nothing', []],
    ['half a pair', ['t']],
  ])('is left out with %s', (_, fields) => {
    expect(decodeAccessEvent(fields)).toBeNull();
  });
});

describe('a key as events carry it', () => {
  it('is whole up to 96 bytes', () => {
    expect(eventKey('x'.repeat(96))).toBe('x'.repeat(96));
    expect(eventKey('公'.repeat(32))).toBe('公'.repeat(32));
  });

  it('is short and still its own beyond', () => {
    const [a, b] = [eventKey(`${'公'.repeat(60)}a`), eventKey(`${'公'.repeat(60)}b`)];
    expect(a).not.toBe(b);
    expect(Buffer.byteLength(a)).toBeLessThanOrEqual(96);
  });
});
