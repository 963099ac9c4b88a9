import { describe, expect, it } from 'vitest';
import { type ErrorCode, RcmError } from '../../../../src/core/errors.js';
import { redisError } from '../../../../src/core/redis/redis-error.js';

const SERVER = 'redis://h:6379/0';
const withCode = (message: string, code: string) => Object.assign(new Error(message), { code });

describe('redisError', () => {
  it.each<[string, unknown, ErrorCode]>([
    ['a wrong password', new Error('WRONGPASS invalid username-password pair or user is disabled.'), 'RCM_REDIS_AUTH'],
    ['no password', new Error('NOAUTH Authentication required.'), 'RCM_REDIS_AUTH'],
    ['a wrong password of Redis 5', new Error('ERR invalid password'), 'RCM_REDIS_AUTH'],
    [
      'a password where none is set',
      new Error('ERR AUTH <password> called without any password configured for the default user.'),
      'RCM_REDIS_AUTH',
    ],
    ['another protocol', new Error('Protocol error, got "H" as reply type byte.'), 'RCM_REDIS_PROTOCOL'],
    [
      'a command that is not permitted',
      new Error("NOPERM User ann has no permissions to run the 'scan' command"),
      'RCM_REDIS_FORBIDDEN',
    ],
    ['a renamed command', new Error("ERR unknown command 'INFO', with args beginning with: "), 'RCM_REDIS_FORBIDDEN'],
    ['a slow server', new Error('Command timed out'), 'RCM_REDIS_TIMEOUT'],
    ['nobody there', withCode('connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED'), 'RCM_REDIS_UNREACHABLE'],
    ['an unknown host', withCode('getaddrinfo ENOTFOUND nowhere.invalid', 'ENOTFOUND'), 'RCM_REDIS_UNREACHABLE'],
    ['no route, told by the code alone', withCode('', 'EHOSTUNREACH'), 'RCM_REDIS_UNREACHABLE'],
    ['a connection that was lost', new Error('Connection is closed.'), 'RCM_REDIS_UNREACHABLE'],
    ['no socket file', withCode('connect ENOENT /run/r.sock', 'ENOENT'), 'RCM_REDIS_UNREACHABLE'],
    [
      'an unknown certificate',
      withCode('self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT'),
      'RCM_REDIS_UNREACHABLE',
    ],
    ['lost sentinels', new Error('All sentinels are unreachable and retry is disabled.'), 'RCM_REDIS_UNREACHABLE'],
    ['a full server', new Error('OOM command not allowed when used memory > maxmemory.'), 'RCM_REDIS_FAILED'],
    ['a loading server', new Error('LOADING Redis is loading the dataset in memory'), 'RCM_REDIS_FAILED'],
    ['no error at all', 'strange', 'RCM_REDIS_FAILED'],
  ])('%s', (_, thrown, code) => {
    const error = redisError(thrown, SERVER);
    expect(error.code).toBe(code);
    expect(error.cause).toBe(thrown);
    expect(error.message).toContain(SERVER);
    expect(error.hint).not.toBe('');
  });

  it("tells a cluster's own error by the node's", () => {
    const cluster = Object.assign(new Error('Failed to refresh slots cache.'), {
      lastNodeError: new Error('WRONGPASS invalid username-password pair'),
    });
    expect(redisError(cluster, SERVER).code).toBe('RCM_REDIS_AUTH');
  });

  it('tells an AggregateError by its first', () => {
    const both = new AggregateError([withCode('connect ECONNREFUSED ::1:1', 'ECONNREFUSED'), new Error('other')], '');
    expect(redisError(both, SERVER)).toMatchObject({ code: 'RCM_REDIS_UNREACHABLE' });
  });

  it('keeps an error of ours', () => {
    const ours = new RcmError('RCM_USAGE', 'no', 'so');
    expect(redisError(ours, SERVER)).toBe(ours);
  });

  it('says one line, not too long', () => {
    const { message } = redisError(new Error(`${'x'.repeat(1000)}\nsecond`), SERVER);
    expect(message).not.toContain('\n');
    expect(message.length).toBeLessThan(260);
  });
});
