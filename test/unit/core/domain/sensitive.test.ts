import { describe, expect, it } from 'vitest';
import { Sensitive } from '../../../../src/core/domain/sensitive.js';

describe('sensitive fields', () => {
  it.each([
    ['phone', 'phone', true],
    ['phone', 'customer.phone', true],
    ['phone', 'customers.3.phone', true],
    ['phone', 'PHONE', true],
    ['phone', 'telephone', false],
    ['phone', 'phone.type', false],
    ['customer.phone', 'customer.phone', true],
    ['customer.phone', 'data.customer.phone', true],
    ['customer.phone', 'customer.0.phone', true],
    ['customer.phone', 'phone', false],
    ['customer.phone', 'xcustomer.phone', false],
    ['*token*', 'accessToken', true],
    ['*token*', 'a.b.token_2', true],
    ['*token*', 'a.to', false],
    ['*.token', 'a.token', true],
    ['*.token', 'token', false],
    ['payment.**', 'payment.card', true],
    ['payment.**', 'payment.card.number', true],
    ['payment.**', 'payment', false],
    ['a.*.b', 'a.x.b', true],
    ['a.*.b', 'a.x.y.b', false],
    ['a.**.b', 'a.x.y.b', true],
    ['users.*.email', 'users.7.email', true],
    ['pin?', 'pin1', true],
    ['a+b', 'a+b', true],
    ['a+b', 'aab', false],
  ])('%s fits %s: %s', (rule, path, fits) => {
    expect(new Sensitive([rule]).hidesField(path.split('.'))).toBe(fits);
  });

  it('takes a field whose name has dots for a path', () => {
    expect(new Sensitive(['customer.phone']).hidesField(['customer.phone'])).toBe(true);
  });

  it.each([
    ['company:*:session:*', 'company:12:session:abc', true],
    ['company:*:session:*', 'company:12:profile', false],
    ['*token*', 'company:12:token:5', true],
    ['phone', 'company:12:phone', false],
  ])('%s hides all of %s: %s', (rule, key, hides) => {
    expect(new Sensitive([rule]).hidesKey(key)).toBe(hides);
  });

  it('hides fields of JSON, knowing where the text itself stands', () => {
    const rules = new Sensitive(['profile.email', 'pin']);
    expect(rules.rewrite('{"email":"a","pin":1}', 0, ['profile'])).toEqual({
      text: '{"email":"***","pin":"***"}',
      hidden: 2,
    });
    expect(rules.rewrite('{"email":"a","pin":1}', 0)?.text).toBe('{"email":"a","pin":"***"}');
  });

  it('knows when it cannot tell: JSON that is cut or broken', () => {
    const rules = new Sensitive(['pin']);
    expect(rules.cannotTell('{"pin":1', true)).toBe(true);
    expect(rules.cannotTell('{"pin":1}\n{"pin":2}', true)).toBe(true);
    expect(rules.cannotTell('{"a":1}', false)).toBe(true);
    expect(rules.cannotTell('{"pin":1}', true)).toBe(false);
    expect(rules.cannotTell('plain text', false)).toBe(false);
    expect(new Sensitive([]).cannotTell('{"pin":1', false)).toBe(false);
  });
});
