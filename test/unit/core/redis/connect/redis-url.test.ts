import { describe, expect, it } from 'vitest';
import { RcmError } from '../../../../../src/core/errors.js';
import { hostAndPort, parseRedisUrl, type RedisAddress } from '../../../../../src/core/redis/connect/redis-url.js';

const address = (part: Partial<RedisAddress>): RedisAddress => ({
  kind: 'tcp',
  hosts: [],
  path: null,
  tls: false,
  username: undefined,
  password: undefined,
  db: 0,
  sentinelName: null,
  ...part,
});
const at = (host: string, port = 6379) => ({ hosts: [{ host, port }] });

describe('parseRedisUrl', () => {
  it.each<[string, Partial<RedisAddress>]>([
    ['redis://h', at('h')],
    ['redis://h/', at('h')],
    ['redis://h:7000/3', { ...at('h', 7000), db: 3 }],
    ['redis://h?db=4', { ...at('h'), db: 4 }],
    ['rediss://h', { ...at('h'), tls: true }],
    ['valkey://h', at('h')],
    ['REDIS://h', at('h')],
    ['valkeys://h', { ...at('h'), tls: true }],
    ['redis://ann:s3cret@h:1', { ...at('h', 1), username: 'ann', password: 's3cret' }],
    ['redis://:s3cret@h', { ...at('h'), password: 's3cret' }],
    ['redis://ann@h', { ...at('h'), username: 'ann' }],
    ['redis://a%40b:p%2Fq%3A%23%25@h', { ...at('h'), username: 'a@b', password: 'p/q:#%' }],
    ['redis://[::1]:6380/2', { ...at('::1', 6380), db: 2 }],
    ['redis://[fe80::1]', at('fe80::1')],
    ['unix:///var/run/redis.sock', { kind: 'unix', path: '/var/run/redis.sock' }],
    ['unix:///run/r%20s.sock?db=2', { kind: 'unix', path: '/run/r s.sock', db: 2 }],
    ['redis+unix:///run/r.sock', { kind: 'unix', path: '/run/r.sock' }],
    ['/run/redis.sock', { kind: 'unix', path: '/run/redis.sock' }],
    ['redis+sentinel://s1/main', { kind: 'sentinel', ...at('s1', 26_379), sentinelName: 'main' }],
    [
      'redis+sentinel://ann:s3cret@s1:1,s2,[::1]:3/main/5',
      {
        kind: 'sentinel',
        hosts: [
          { host: 's1', port: 1 },
          { host: 's2', port: 26_379 },
          { host: '::1', port: 3 },
        ],
        username: 'ann',
        password: 's3cret',
        sentinelName: 'main',
        db: 5,
      },
    ],
    ['rediss+sentinel://s1:1/main', { kind: 'sentinel', ...at('s1', 1), sentinelName: 'main', tls: true }],
  ])('%s', (url, part) => {
    expect(parseRedisUrl(url)).toEqual(address(part));
  });

  it.each([
    ['', 'it should begin with redis://'],
    ['h:6379', 'it should begin with redis://'],
    ['http://ann:s3cret@h', 'it should begin with redis://'],
    ['redis:h', 'it should begin with redis://'],
    ['redis://', 'it names no host'],
    ['redis://ann:s3cret@h:99999', 'host or port cannot be read'],
    ['redis://ann:s3cret/x@h:6379', 'a special character in user or password is written as %XX'],
    ['redis://ann:s3cret@h:0', 'is no host:port'],
    ['redis://ann:s3cret@h/x', "'x' is no database number"],
    ['redis://ann:s3cret@h?db=-1', "'-1' is no database number"],
    ['redis://ann:s3cret%@h', 'it has a % that begins no escape (write %25)'],
    ['redis://ann:s3cret@h1:1,h2:2', 'several hosts are for redis+sentinel:// only'],
    ['redis+sentinel://ann:s3cret@s1:1,s2', 'a sentinel URL ends with the name of the master group'],
    ['redis+sentinel://ann:s3cret@s1:1,s2:x/main', "'s2:x' is no host:port"],
    ['redis+sentinel://ann:s3cret@s1:1,s2:2/main/x', "'x' is no database number"],
  ])('%s: %s', (url, why) => {
    let error: unknown;
    try {
      parseRedisUrl(url);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(RcmError);
    expect(error).toMatchObject({ code: 'RCM_URL_INVALID', exitCode: 2 });
    expect((error as RcmError).message).toContain(why);
    expect(JSON.stringify([(error as RcmError).message, (error as RcmError).hint])).not.toContain('s3cret');
  });
});

describe('hostAndPort', () => {
  it.each([
    ['h', { host: 'h', port: 26_379 }],
    [' h:1 ', { host: 'h', port: 1 }],
    ['10.0.0.1:65535', { host: '10.0.0.1', port: 65_535 }],
    ['[::1]', { host: '::1', port: 26_379 }],
    ['[::1]:7', { host: '::1', port: 7 }],
  ])('%j', (text, expected) => {
    expect(hostAndPort(text, text, 26_379)).toEqual(expected);
  });

  it.each(['', ':1', 'h:', 'h:0', 'h:65536', 'h:1:2', '::1'])('refuses %j', (text) => {
    expect(() => hostAndPort(text, text, 1)).toThrow(`'${text}' is no host:port`);
  });
});
