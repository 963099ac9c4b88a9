import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayBytes, globEscape, KeyTemplates, toBinary } from '../../../../src/core/redis/key-template.js';

const standard = new KeyTemplates();
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('match', () => {
  it.each([
    ['company:12', '12'],
    ['company:12:', '12'],
    ['company:12:profile', '12'],
    ['company:12:a:b', '12'],
    ['company:123:x', '123'],
    ['company:12\n:x', '12\n'],
    ['company:*:x', '*'],
    ['company:a-b^c:x', 'a-b^c'],
    ['company:{12}:x', '{12}'],
    ['company::x', null],
    ['company:', null],
    ['company', null],
    ['Company:12:x', null],
    ['xcompany:12:x', null],
    ['companyx:12', null],
    ['rcm:{12}:events', null],
  ])('%j is of %j', (key, id) => {
    expect(standard.match(key)).toBe(id);
  });

  it('takes double braces for a hash tag', () => {
    const tagged = new KeyTemplates(['company:{{companyId}}:*']);
    expect(tagged.match('company:{12}:x')).toBe('12');
    expect(tagged.match('company:{12}:')).toBe('12');
    expect(tagged.match('company:{12}')).toBeNull();
    expect(tagged.match('company:12:x')).toBeNull();
    expect(tagged.match('company:{12}x:y')).toBeNull();
  });

  it('lets the longest prefix that fits decide, in whatever order templates stand', () => {
    const texts = ['c:{companyId}:*', 'c:vip:{companyId}:*', 'c:vip:old:{companyId}'];
    for (const templates of [new KeyTemplates(texts), new KeyTemplates(texts.toReversed())]) {
      expect(templates.match('c:7:x')).toBe('7');
      expect(templates.match('c:vip:7:x')).toBe('7');
      expect(templates.match('c:vip:old:7')).toBe('7');
      // The longest does not fit here: the next decides.
      expect(templates.match('c:vip:old:7:x')).toBe('old');
      expect(templates.match('c:vip:7')).toBe('vip');
    }
  });

  it('reads one id with every template: it ends at the first character that ends one in any', () => {
    const templates = new KeyTemplates(['t/{companyId}/*', 't/{companyId}.json']);
    expect(templates.terminators).toEqual(['/', '.']);
    expect(templates.match('t/7/x')).toBe('7');
    expect(templates.match('t/7.json')).toBe('7');
    expect(templates.match('t/7.json5')).toBeNull();
    expect(templates.match('t/7.x/y')).toBeNull();
  });

  it('takes everything after a prefix where nothing ends an id', () => {
    expect(new KeyTemplates(['cache-{companyId}']).match('cache-a:b c')).toBe('a:b c');
  });

  it('takes a * that is not last, and every other glob character, literally', () => {
    const templates = new KeyTemplates(['*[a]?\\{companyId}*x*']);
    expect(templates.match('*[a]?\\7*xyz')).toBe('7');
    expect(templates.match('a?\\7*xyz')).toBeNull();
    expect(templates.match('*[a]?\\7yx')).toBeNull();
  });

  it('reads keys as bytes, UTF-8 or not', () => {
    expect(standard.match('company:\xff\xfe:\x80')).toBe('\xff\xfe');
    const id = standard.match(toBinary('company:Größe-日本:x'));
    expect(id).toBe(toBinary('Größe-日本'));
    expect(displayBytes(id as string)).toBe('Größe-日本');
    expect(new KeyTemplates(['büro:{companyId}']).match(toBinary('büro:7'))).toBe('7');
  });
});

describe('templates that cannot be used', () => {
  it.each([
    ['company:*', 'it has no {companyId}'],
    ['company:{companyid}:*', 'it has no {companyId}'],
    ['c:{companyId}:{companyId}', 'it has {companyId} twice'],
    ['c:{companyId}*', 'a character must stand between {companyId} and the final *'],
    ['{companyId}:*', "it begins with {companyId}: every key would be a company's"],
    ['rcm:{companyId}:*', "keys under rcm: are this tool's own"],
    ['rcm:x{companyId}', "keys under rcm: are this tool's own"],
    // These would take rcm:… for keys of a company.
    ['r{companyId}:*', "keys under rcm: are this tool's own"],
    ['rcm{companyId}', "keys under rcm: are this tool's own"],
    ['c:{companyId}é*', 'the character after {companyId} must be plain ASCII'],
    ['c:{companyId}😀', 'the character after {companyId} must be plain ASCII'],
  ])('%s: %s', (text, why) => {
    expect(() => new KeyTemplates([text])).toThrow(code('RCM_TEMPLATE_INVALID'));
    expect(() => new KeyTemplates([text])).toThrow(`Key template '${text}' cannot be used: ${why}`);
  });

  it('there must be one', () => {
    expect(() => new KeyTemplates([])).toThrow('there is no key template');
  });

  it.each(['rcmx:{companyId}', 'company:{companyId}x', 'c{companyId}\u0001*'])('%j can', (text) => {
    expect(new KeyTemplates([text]).templates).toHaveLength(1);
  });
});

describe('company ids', () => {
  it('must not be empty or contain what ends one', () => {
    expect(() => standard.assertId('')).toThrow("Company id '' is empty");
    expect(() => standard.assertId('a:b')).toThrow(
      "Company id 'a:b' contains ':', which ends the id in a key template",
    );
    expect(() => standard.scanPatterns('a:b')).toThrow(code('RCM_COMPANY_ID_INVALID'));
    expect(() => standard.assertId('*?[]\\^-')).not.toThrow();
  });
});

describe('scanPatterns', () => {
  it('make glob characters of id and template literal', () => {
    const patterns = (templates: KeyTemplates, id: string) => templates.scanPatterns(id).map(String);
    expect(patterns(standard, '12')).toEqual(['company:12', 'company:12:*']);
    expect(patterns(standard, '*?[]\\^-')).toEqual([
      'company:\\*\\?\\[\\]\\\\\\^\\-',
      'company:\\*\\?\\[\\]\\\\\\^\\-:*',
    ]);
    expect(patterns(new KeyTemplates(['*[a]{companyId}*x*']), '7')).toEqual(['\\*\\[a\\]7\\*x*']);
  });

  it('are bytes of UTF-8', () => {
    expect(standard.scanPatterns('ß')[0]).toEqual(Buffer.from([...Buffer.from('company:'), 0xc3, 0x9f]));
  });

  it('escape nothing else', () => {
    expect(globEscape('a.b{c}$(d)|+é')).toBe('a.b{c}$(d)|+é');
  });
});

/** Text of the characters that patterns could trip over, and some that they should not. */
const hostile = fc.string({ unit: fc.constantFrom(...'ab12*?[]\\^-{}%.$()|+ \n\0é日😀'), maxLength: 8 });
const hostileId = hostile.filter((id) => id !== '');

describe('what is built is matched', () => {
  it('build, then match, gives the id back', () => {
    fc.assert(
      fc.property(hostileId, hostile, (id, rest) => {
        for (const template of standard.templates)
          expect(displayBytes(standard.match(toBinary(standard.build(id, rest, template))) ?? '')).toBe(id);
      }),
    );
  });

  it('for templates of any text, too', () => {
    const texts = fc.record({
      prefix: hostile,
      suffix: hostile,
      ends: fc.constantFrom(...':/.%^]-*xd\0'),
      open: fc.boolean(),
    });
    fc.assert(
      fc.property(texts, hostileId, hostile, ({ prefix, suffix, ends, open }, id, rest) => {
        fc.pre(!id.includes(ends) && (open || !suffix.endsWith('*')) && !(ends === '*' && !open && suffix === ''));
        const templates = new KeyTemplates([`k${prefix}{companyId}${ends}${suffix}${open ? '*' : ''}`]);
        const [template] = templates.templates;
        if (!template) throw new Error('no template');
        expect(displayBytes(templates.match(toBinary(templates.build(id, rest, template))) ?? '')).toBe(id);
      }),
    );
  });

  it('a key is never of two companies', () => {
    fc.assert(
      fc.property(hostileId, hostileId, hostile, (one, other, rest) => {
        fc.pre(one !== other);
        const key = toBinary(`company:${one}:${rest}`);
        expect(standard.match(key)).not.toBe(toBinary(other));
      }),
    );
  });
});

describe('displayBytes', () => {
  it.each([
    ['plain', 'plain'],
    ['', ''],
    [toBinary('日本 é'), '日本 é'],
    ['\xff', '\\xff'],
    ['a\xc3', 'a\\xc3'],
    ['\\\xff\n', '\\x5c\\xff\\x0a'],
    ['\xed\xa0\x80', '\\xed\\xa0\\x80'],
  ])('%j is shown as %j', (bytes, shown) => {
    expect(displayBytes(bytes)).toBe(shown);
  });
});
