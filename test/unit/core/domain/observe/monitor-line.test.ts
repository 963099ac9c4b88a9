import { describe, expect, it } from 'vitest';
import { keysRead, maybeRead } from '../../../../../src/core/domain/observe/monitor-line.js';

const read = (rest: string, db = 0) => keysRead(`1795556951.177484 ${rest}`, db);

describe('a line of MONITOR', () => {
  it('tells the keys of a read, wherever they stand, in any spelling', () => {
    expect(read('[0 127.0.0.1:59116] "GET" "company:1:a"')).toEqual(['company:1:a']);
    expect(read('[0 127.0.0.1:59116] "get" "a" "b"')).toEqual(['a']);
    expect(read('[0 127.0.0.1:59116] "HmGeT" "h" "f" "g"')).toEqual(['h']);
    expect(read('[0 127.0.0.1:59116] "MGET" "a" "b" "a"')).toEqual(['a', 'b', 'a']);
    expect(read('[0 127.0.0.1:59116] "LCS" "a" "b" "LEN"')).toEqual(['a', 'b']);
    expect(read('[0 127.0.0.1:59116] "ZUNION" "2" "a" "b" "WITHSCORES"')).toEqual(['a', 'b']);
    expect(read('[0 127.0.0.1:59116] "ZUNION" "none" "a"')).toEqual([]);
  });

  it('whoever sent it: IPv6, a Unix socket, a script', () => {
    expect(read('[0 [::1]:59116] "GET" "a"')).toEqual(['a']);
    expect(read('[0 unix:/run/redis [1]/s] "GET" "a"')).toEqual(['a']);
    expect(read('[0 lua] "get" "l1"')).toEqual(['l1']);
  });

  it('is none for other commands, a script itself, another database, or what is no such line', () => {
    for (const line of ['[0 1:1] "SET" "a" "v" "GET"', '[0 1:1] "EXISTS" "a"', '[0 1:1] "XREAD" "STREAMS" "a" "0"'])
      expect(read(line)).toBeNull();
    expect(read(`[0 1:1] "EVAL" "redis.call('get','l1')" "1" "l2"`)).toBeNull();
    expect(read('[1 1:1] "GET" "a"')).toBeNull();
    expect(read('[12 1:1] "GET" "a"', 12)).toEqual(['a']);
    expect(read('[12 1:1] "GET" "a"', 1)).toBeNull();
    expect(keysRead('', 0)).toBeNull();
    expect(keysRead('OK', 0)).toBeNull();
  });

  it('keeps keys as bytes', () => {
    expect(read('[0 1:1] "GET" "\\x00\\xff\\"\\\\\\n\\r\\t\\a\\b \\xc3\\xa9"')).toEqual([
      '\x00\xff"\\\n\r\t\x07\b \xc3\xa9',
    ]);
    expect(read('[0 1:1] "MGET" "a\\\\" "\\"b" "c"')).toEqual(['a\\', '"b', 'c']);
  });

  it('whatever its clock says', () => {
    for (const time of ['0.000001', '4102444800.000000', '1795556951.1'])
      expect(keysRead(`${time} [0 1:1] "GET" "a"`, 0)).toEqual(['a']);
  });

  it('that has only begun tells whether it may become a read', () => {
    expect(maybeRead('+1.1 [0 1:1] "GET" "comp')).toBe(true);
    expect(maybeRead('+1.1 [0 1:1] "SET" "comp')).toBe(false);
    expect(maybeRead('+1.1 [0 1:1] "GE')).toBeNull();
  });
});
