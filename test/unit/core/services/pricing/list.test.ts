import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PRICING } from '../../../../../src/core/domain/pricing.js';
import { settingPath } from '../../../../../src/core/domain/pricing-change/setting.js';
import { parsePriceList } from '../../../../../src/core/services/pricing/list/format.js';
import { syncReason } from '../../../../../src/core/services/pricing/list/read.js';

const file = (name: string) => readFileSync(new URL(`../../../../../${name}`, import.meta.url));
const bytes = (text: string) => new TextEncoder().encode(text);
const LIST = {
  formatVersion: 1,
  name: 'Mine',
  publishedAt: '2026-03-01',
  source: 'the shop',
  currency: 'USD',
  prices: { redis: { storageCostPerMB: 0.1 } },
};
const parse = (change: object, force = false) =>
  parsePriceList(bytes(JSON.stringify({ ...LIST, ...change })), 'x.json', force);

describe('a price list', () => {
  it('gives the prices it names, and the checksum of its bytes', () => {
    const text = JSON.stringify({
      ...LIST,
      prices: { redis: { storageCostPerMB: 0.1 }, twilio: {}, mongodb: { queryCost: 0 } },
    });
    const read = parsePriceList(bytes(text), 'x.json', false);
    expect(read.edits.map(({ setting, value }) => [settingPath(setting), value])).toEqual([
      ['providers.mongodb.queryCost', 0],
      ['providers.redis.storageCostPerMB', 0.1],
    ]);
    const sha256 = createHash('sha256').update(text).digest('hex');
    expect(read.sha256).toBe(sha256);
    expect(syncReason({ ...read, from: 'x.json' }, undefined)).toBe(
      `price list Mine of 2026-03-01 from x.json (sha256:${sha256})`,
    );
    expect(syncReason({ ...read, from: 'x.json' }, 'new year')).toMatch(/\): new year$/);
  });

  it.each(['2026-03-01T10:00:00Z', '2026-03-01T10:00:00.123+01:00'])('may be published at %s', (publishedAt) => {
    expect(parse({ publishedAt }).list.publishedAt).toBe(publishedAt);
  });

  it('may begin with a byte order mark and name its schema', () => {
    const text = `\ufeff${JSON.stringify({ $schema: 'x', ...LIST })}`;
    expect(parsePriceList(bytes(text), 'x', false).edits).toHaveLength(1);
  });

  it.each([
    ['another version', { formatVersion: 2 }, 'is of format 2; this version reads format 1'],
    ['its version as text', { formatVersion: '1' }, 'is of format "1"'],
    ['no version', { formatVersion: undefined }, 'wrong at formatVersion'],
    ['an unknown field', { discount: 5 }, 'wrong at discount: there is no such field'],
    ['an unknown provider', { prices: { aws: { x: 1 } } }, 'wrong at prices.aws: there is no such field'],
    ['an unknown price', { prices: { redis: { storageCostPerMb: 1 } } }, 'wrong at prices.redis.storageCostPerMb'],
    ['a negative price', { prices: { redis: { storageCostPerMB: -1 } } }, 'wrong at prices.redis.storageCostPerMB'],
    ['a price as text', { prices: { redis: { storageCostPerMB: '1' } } }, 'wrong at prices.redis.storageCostPerMB'],
    ['a price of null', { prices: { redis: { storageCostPerMB: null } } }, 'wrong at prices.redis.storageCostPerMB'],
    ['no prices', { prices: undefined }, 'wrong at prices'],
    ['no price', { prices: { redis: {} } }, 'has no price'],
    ['another currency', { currency: 'EUR' }, 'wrong at currency'],
    ['a day that is none', { publishedAt: '2026-02-30' }, 'wrong at publishedAt'],
    ['no name', { name: '' }, 'wrong at name'],
    ['an escape in its name', { name: 'a\u001b[31m' }, 'wrong at name: must be one line of text'],
    ['a long name', { name: 'x'.repeat(101) }, 'wrong at name'],
  ])('with %s is refused', (_, change, message) => {
    expect(() => parse(change, true)).toThrow(
      expect.objectContaining({ code: 'RCM_PRICE_LIST_INVALID', message: expect.stringContaining(message) }),
    );
  });

  it.each([
    ['nothing', '', 'is not JSON'],
    ['half a list', '{"formatVersion": 1', 'is not JSON'],
    ['YAML', 'formatVersion: 1', 'is not JSON'],
    ['NaN', '{"formatVersion": NaN}', 'is not JSON'],
    ['null', 'null', 'wrong at (whole)'],
    ['an array', '[]', 'wrong at (whole)'],
    ['a prototype', JSON.stringify(LIST).replace('{', '{"__proto__": {"x": 1},'), 'no such field'],
    ['infinity', JSON.stringify(LIST).replace('0.1', '1e999'), 'prices.redis.storageCostPerMB'],
    [
      'a field twice',
      JSON.stringify(LIST, null, 1).replace('"name"', '"name": "Other",\n"name"'),
      'names a field twice, in line',
    ],
    [
      'a price twice',
      JSON.stringify(LIST).replace('"storageCostPerMB"', '"storageCostPerMB": 9, "storageCostPerMB"'),
      'names a field twice',
    ],
    ['deep nesting', '['.repeat(200_000) + ']'.repeat(200_000), 'price list'],
  ])('of %s is refused', (_, text, message) => {
    expect(() => parsePriceList(bytes(text), 'x', true)).toThrow(
      expect.objectContaining({ code: 'RCM_PRICE_LIST_INVALID', message: expect.stringContaining(message) }),
    );
  });

  it('of bytes that are no text is refused', () => {
    expect(() => parsePriceList(new Uint8Array([0xff, 0xfe, 0x00]), 'x', false)).toThrow('is not JSON');
  });

  it('with a price that is more likely a slip is refused, unless forced', () => {
    const prices = { redis: { storageCostPerMB: 101 } };
    expect(() => parse({ prices })).toThrow(expect.objectContaining({ code: 'RCM_VALUE_INVALID' }));
    expect(parse({ prices }, true).edits).toMatchObject([{ value: 101 }]);
  });
});

describe('examples/price-list.json', () => {
  const example = file('examples/price-list.json');
  it('has every price that a new configuration starts with', () => {
    const { list, edits } = parsePriceList(example, 'examples/price-list.json', false);
    expect(list.prices).toEqual(DEFAULT_PRICING.providers);
    expect(edits).toHaveLength(7);
  });

  it('fits its schema, which refuses what is not a list', () => {
    const ajv = new Ajv2020({ formats: { date: true, 'date-time': true } });
    const validate = ajv.compile(JSON.parse(file('schemas/price-list.json').toString()) as object);
    expect([validate(JSON.parse(example.toString())), validate.errors]).toEqual([true, null]);
    for (const wrong of [
      { ...LIST, formatVersion: 2 },
      { ...LIST, discount: 1 },
      { ...LIST, prices: { aws: {} } },
    ])
      expect(validate(wrong)).toBe(false);
  });
});
