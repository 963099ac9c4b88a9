import { RcmError } from '../errors.js';

const UNREACHABLE =
  /ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ECONNRESET|ETIMEDOUT|EPIPE|ENOENT|EACCES|EAI_AGAIN|CERT|SSL|TLS|self.signed|wrong version number|Connection is closed|Failed to refresh slots|All sentinels are unreachable|connect/i;

/**
 * Whatever a Redis client threw, as an error of ours: which server (never its password), what it said, what to do.
 * @param server the server's address without secrets
 */
export function redisError(error: unknown, server: string): RcmError {
  if (error instanceof RcmError) return error;
  const message = describe(error);
  const options = { cause: error };
  if (/WRONGPASS|NOAUTH|invalid password|invalid username-password|AUTH <password> called without/i.test(message))
    return new RcmError(
      'RCM_REDIS_AUTH',
      `Redis at ${server} refused the login: ${firstLine(message)}`,
      'Check user and password in redis.url (RCM_REDIS_URL), or redis.username and redis.password.',
      options,
    );
  if (/Protocol error|as reply type byte/i.test(message))
    return new RcmError(
      'RCM_REDIS_PROTOCOL',
      `What listens at ${server} does not speak the Redis protocol`,
      'Check host and port; use rediss:// if the server expects TLS.',
      options,
    );
  if (/NOPERM|ACL failure|unknown command|no permissions/i.test(message))
    return new RcmError(
      'RCM_REDIS_FORBIDDEN',
      `Redis at ${server} does not permit a needed command: ${firstLine(message)}`,
      'Run `rcm doctor` to see which commands this user needs.',
      options,
    );
  if (/Command timed out|timed out after|did not answer/i.test(message))
    return new RcmError(
      'RCM_REDIS_TIMEOUT',
      `Redis at ${server} did not answer in time: ${firstLine(message)}`,
      'Raise redis.commandTimeoutMs, or look at the server: it may be blocked by a slow command.',
      options,
    );
  if (UNREACHABLE.test(message))
    return new RcmError(
      'RCM_REDIS_UNREACHABLE',
      `Cannot reach Redis at ${server}: ${firstLine(message)}`,
      'Check that it runs and that redis.url (--redis-url, RCM_REDIS_URL) is right.',
      options,
    );
  return new RcmError(
    'RCM_REDIS_FAILED',
    `Redis at ${server} failed: ${firstLine(message)}`,
    "Run `rcm doctor`, and look at the server's log.",
    options,
  );
}

/** Nested errors (a cluster's, an AggregateError's) say more than their wrapper. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const nested =
    (error as { lastNodeError?: unknown; errors?: unknown[] }).lastNodeError ??
    (error as { errors?: unknown[] }).errors?.[0];
  return [error.message, (error as { code?: string }).code ?? '', nested === undefined ? '' : describe(nested)]
    .filter(Boolean)
    .join(': ');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.slice(0, 200) ?? '';
}
