import { Chalk } from 'chalk';
import { describe, expect, it } from 'vitest';
import { hexDump } from '../../../../src/cli/views/hex-dump.js';
import { colorJson } from '../../../../src/cli/views/json-colors.js';
import { keyText } from '../../../../src/cli/views/keys-get.js';
import type { KeysGetReport, ShownValue } from '../../../../src/core/services/keys/get-report.js';

const plain = { chalk: new Chalk({ level: 0 }), width: 80 };
const shown = (text: string) => ({ text, bytes: text.length, binary: false, cut: false, hidden: false });
const report = (value: ShownValue, more: Partial<KeysGetReport> = {}): KeysGetReport => ({
  generatedAt: new Date(0),
  key: 'company:12:x',
  owner: 'company',
  company: { companyId: '12', companyName: 'Ann\x1b[31m & Co' },
  type: 'hash',
  encoding: 'listpack',
  bytes: 2048,
  size: '2.0KB',
  length: 1,
  ttlSeconds: 90,
  ttl: '1m 30s',
  idleSeconds: 5,
  value,
  nextCursor: null,
  warnings: [],
  ...more,
});

describe('hexDump', () => {
  it('shows positions, bytes and printable ASCII', () => {
    const bytes = Buffer.from('Hello, world\0\xff\x1b~z', 'latin1');
    expect(hexDump(bytes, 0x1000)).toEqual([
      '00001000  48 65 6c 6c 6f 2c 20 77  6f 72 6c 64 00 ff 1b 7e  |Hello, world...~|',
      '00001010  7a                                                |z|',
    ]);
    expect(hexDump(Buffer.alloc(0), 0)).toEqual([]);
  });
});

describe('colorJson', () => {
  it('leaves the text as it is without colours, whatever strings hold', () => {
    const chalk = new Chalk({ level: 0 });
    for (const line of ['  "a": "b",', '"x\\": 1": -1.5e3', '[', '"true": null', '  "***"'])
      expect(colorJson(line, chalk)).toBe(line);
  });

  it('tells names, strings, numbers and words apart', () => {
    const chalk = new Chalk({ level: 1 });
    expect(colorJson('"a": "1"', chalk)).toBe(`${chalk.cyan('"a"')}: ${chalk.green('"1"')}`);
    expect(colorJson('"a": 1,', chalk)).toBe(`${chalk.cyan('"a"')}: ${chalk.yellow('1')},`);
    expect(colorJson('"a": null', chalk)).toBe(`${chalk.cyan('"a"')}: ${chalk.magenta('null')}`);
  });
});

describe('keyText', () => {
  it('shows what the key is, and its fields', () => {
    const value: ShownValue = { kind: 'hash', fields: [{ field: shown('name'), value: shown('Ann\nB') }] };
    expect(keyText(report(value), plain)).toBe(`company:12:x
Ann\\x1b[31m & Co (12) · hash (listpack) · 1 field · 2.0KB of memory · expires in
1m 30s · unused for 5s

Field  Value     Size
name   Ann\\x0aB    5B`);
  });

  it('shows no control character of a text', () => {
    const text = 'one\ttwo\r\n\x1b[2J\x07three';
    const value: ShownValue = { kind: 'string', format: 'text', offset: 0, bytes: 20, text, base64: null, hidden: 0 };
    const lines = keyText(report(value, { type: 'string', length: 20 }), plain).split('\n');
    expect(lines.slice(-2)).toEqual(['one    two', '\\x1b[2J\\x07three']);
  });

  it.each([
    [{ owner: 'rcm', company: null } as const, "this tool's own key"],
    [{ owner: 'nobody', company: null } as const, "no company's key"],
  ])('says whose it is: %j', (owner, text) => {
    expect(keyText(report({ kind: 'set', members: [] }, owner), plain)).toContain(text);
  });

  it('shows the beginning of what is long, and its size', () => {
    const value: ShownValue = { kind: 'hash', fields: [{ field: shown('f'), value: shown('é'.repeat(60_000)) }] };
    const wide = keyText(report(value), { ...plain, width: Number.POSITIVE_INFINITY });
    expect(wide).toContain(`f      ${'é'.repeat(1000)}…  58.6KB`);
  });

  it('says that values of other types are not shown', () => {
    expect(keyText(report({ kind: 'other' }, { type: 'ReJSON-RL' }), plain)).toContain(
      'Values of type ReJSON-RL are not',
    );
  });
});
