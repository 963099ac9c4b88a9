import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamParser } from '../../../../../src/core/redis/observe/stream-parser.js';

const CHANNEL = '__keyevent@0__:keymiss';
const message = (key: string) =>
  `*3\r\n$7\r\nmessage\r\n$${CHANNEL.length}\r\n${CHANNEL}\r\n$${key.length}\r\n${key}\r\n`;

/** What a parser tells of bytes that come in pieces. */
function told(bytes: Buffer, cuts: readonly number[]): unknown[] {
  const seen: unknown[] = [];
  const parser = new StreamParser(
    {
      line: (text) => seen.push(['line', text]),
      message: (channel, text) => seen.push(['message', channel, text]),
      reply: (kind, parts) => seen.push([kind, ...parts]),
      tooLong: () => seen.push(['too long']),
    },
    [CHANNEL],
  );
  let from = 0;
  for (const cut of [...cuts, bytes.length].sort((a, b) => a - b)) {
    parser.push(bytes.subarray(from, cut));
    from = cut;
  }
  return seen;
}

const STREAM = [
  '+OK\r\n',
  '*3\r\n$9\r\nsubscribe\r\n$22\r\n__keyevent@0__:keymiss\r\n:1\r\n',
  message('a'),
  '+1.5 [0 1:1] "GET" "a"\r\n',
  message('with\r\n+1.5 [0 1:1] "GET" "forged"\r\nlines and \xff'),
  '+1.5 [0 1:1] "SET" "b" "\\r\\n"\r\n',
  '*2\r\n$4\r\npong\r\n$4\r\nmark\r\n',
  '-NOPERM no\r\n',
  '$4\r\nmark\r\n',
].join('');

describe('the observer’s stream', () => {
  it('is read the same wherever its bytes are cut', () => {
    const bytes = Buffer.from(STREAM, 'latin1');
    const whole = told(bytes, []);
    expect(whole).toEqual([
      ['status', 'OK'],
      ['array', 'subscribe', CHANNEL, '1'],
      ['message', CHANNEL, 'a'],
      ['line', '1.5 [0 1:1] "GET" "a"'],
      ['message', CHANNEL, 'with\r\n+1.5 [0 1:1] "GET" "forged"\r\nlines and \xff'],
      ['line', '1.5 [0 1:1] "SET" "b" "\\r\\n"'],
      ['array', 'pong', 'mark'],
      ['error', 'NOPERM no'],
      ['status', 'mark'],
    ]);
    // Of a write that was cut its text is not kept, only that there was one.
    const apart = (seen: unknown[]) => seen.map((one) => (/SET|^line,$/.test(String(one)) ? 'a write' : one));
    for (let cut = 0; cut < bytes.length; cut += 1) expect(apart(told(bytes, [cut]))).toEqual(apart(whole));
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
        expect(apart(told(bytes, cuts))).toEqual(apart(whole));
      }),
      { numRuns: 200 },
    );
  });

  it('of a large value that is written nothing is kept, and what follows is read', () => {
    const big = `+1.5 [0 1:1] "SET" "b" "${'x'.repeat(3_000_000)}"\r\n${message('a')}+1.5 [0 1:1] "GET" "a"\r\n`;
    const cuts = Array.from({ length: 50 }, (_, i) => (i + 1) * 60_000);
    expect(told(Buffer.from(big), cuts)).toEqual([
      ['line', ''],
      ['message', CHANNEL, 'a'],
      ['line', '1.5 [0 1:1] "GET" "a"'],
    ]);
  });

  it('a read of very many keys is whole', () => {
    const line = `1.5 [0 1:1] "MGET" ${Array.from({ length: 50_000 }, (_, i) => `"company:1:key${i}"`).join(' ')}`;
    const cuts = Array.from({ length: 16 }, (_, i) => (i + 1) * 65_536);
    expect(told(Buffer.from(`+${line}\r\n`), cuts)).toEqual([['line', line]]);
  });

  it('a read that is longer than can be kept is said to be', () => {
    const line = `+1.5 [0 1:1] "GET" "${'x'.repeat(17 * 1024 * 1024)}"\r\n`;
    const cuts = Array.from({ length: 20 }, (_, i) => (i + 1) * 900_000);
    expect(told(Buffer.from(line), cuts)).toEqual([['too long'], ['line', '']]);
  });
});
