import { redactUrl } from '../../domain/redact.js';
import { RcmError } from '../../errors.js';

/** Where a Redis is, as a URL says it. */
export interface RedisAddress {
  kind: 'tcp' | 'unix' | 'sentinel';
  hosts: { host: string; port: number }[];
  path: string | null;
  tls: boolean;
  username: string | undefined;
  password: string | undefined;
  db: number;
  /** Name of the master group, for sentinel. */
  sentinelName: string | null;
}

const SCHEMES: Record<string, { kind: RedisAddress['kind']; tls: boolean }> = {
  'redis:': { kind: 'tcp', tls: false },
  'rediss:': { kind: 'tcp', tls: true },
  'valkey:': { kind: 'tcp', tls: false },
  'valkeys:': { kind: 'tcp', tls: true },
  'redis+sentinel:': { kind: 'sentinel', tls: false },
  'rediss+sentinel:': { kind: 'sentinel', tls: true },
  'unix:': { kind: 'unix', tls: false },
  'redis+unix:': { kind: 'unix', tls: false },
};

/**
 * Reads redis://[user:password@]host[:port][/db], rediss://…, unix:///path[?db=N], /path, and
 * redis+sentinel://[user:password@]host[:port][,host[:port]…]/name[/db].
 * @throws RCM_URL_INVALID without the password
 */
export function parseRedisUrl(text: string): RedisAddress {
  if (text.startsWith('/')) return { ...base('unix', false), path: text };
  // The hosts of a sentinel URL may be several, which URL does not read: it gets the first, we keep them all.
  const several = /^([a-z+]+:\/\/(?:[^@/]*@)?)([^/?#@]+,[^/?#]+)(.*)$/i.exec(text);
  const single = several ? `${several[1]}${several[2]?.split(',')[0]}${several[3]}` : text;
  const url = URL.canParse(single) ? new URL(single) : null;
  const scheme = SCHEMES[/^[a-z+]+:(?=\/\/)/i.exec(text)?.[0].toLowerCase() ?? ''];
  if (scheme && !url)
    throw invalid(text, 'host or port cannot be read (a special character in user or password is written as %XX)');
  if (!url || !scheme) throw invalid(text, 'it should begin with redis://, rediss://, redis+sentinel:// or unix://');
  if (scheme.kind === 'tcp' && several)
    throw invalid(text, 'several hosts are for redis+sentinel:// only; for a cluster give one node');
  const path = decode(text, url.pathname).split('/').slice(1);
  const address = {
    ...base(scheme.kind, scheme.tls),
    username: decode(text, url.username) || undefined,
    password: decode(text, url.password) || undefined,
  };
  if (scheme.kind === 'unix')
    return { ...address, path: decode(text, url.pathname), db: database(text, url.searchParams.get('db')) };
  if (url.hostname === '') throw invalid(text, 'it names no host');
  const port = scheme.kind === 'sentinel' ? 26_379 : 6379;
  const hosts = several
    ? (several[2] as string).split(',').map((host) => hostAndPort(text, host, port))
    : [hostAndPort(text, url.host, port)];
  if (scheme.kind === 'tcp') return { ...address, hosts, db: database(text, path[0] || url.searchParams.get('db')) };
  if (!path[0])
    throw invalid(text, 'a sentinel URL ends with the name of the master group: redis+sentinel://host:26379/mymaster');
  return { ...address, hosts, sentinelName: path[0], db: database(text, path[1] ?? null) };
}

/** `host`, `host:port` or `[v6]:port`. @throws RCM_URL_INVALID */
export function hostAndPort(whole: string, text: string, standard: number): { host: string; port: number } {
  const found = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text.trim());
  const port = Number(found?.[2] ?? standard);
  if (!found?.[1] || port < 1 || port > 65_535) throw invalid(whole, `'${text}' is no host:port`);
  return { host: found[1].replace(/^\[|\]$/g, ''), port };
}

function base(kind: RedisAddress['kind'], tls: boolean): RedisAddress {
  return { kind, hosts: [], path: null, tls, username: undefined, password: undefined, db: 0, sentinelName: null };
}

function database(text: string, part: string | null): number {
  if (part === null || part === '') return 0;
  if (!/^\d{1,5}$/.test(part)) throw invalid(text, `'${part}' is no database number`);
  return Number(part);
}

function decode(text: string, part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalid(text, 'it has a % that begins no escape (write %25)');
  }
}

function invalid(text: string, why: string): RcmError {
  return new RcmError(
    'RCM_URL_INVALID',
    `'${redactUrl(text)}' is no usable Redis URL: ${why}`,
    'Example: redis://user:password@cache.example.com:6379/0',
  );
}
