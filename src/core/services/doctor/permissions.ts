import type { Redis } from 'ioredis';
import type { Check } from './report.js';

/** A command that something here needs. `probe` has arguments that change nothing, whatever is there: ACLs refuse before arguments are looked at. */
export interface Need {
  command: string;
  /** What does not work without it. */
  usedFor: string;
  probe: (company: string, own: string) => (string | number)[];
  /** Without it the same work is done another way. */
  optional?: string;
}

const NOTHING = 'probe-that-does-not-exist';

/** Read a company's keys. */
const READING: Need[] = [
  {
    command: 'INFO',
    usedFor: 'server figures, and yielding to other clients',
    probe: () => ['INFO', 'server'],
    optional: 'it scans gently instead',
  },
  { command: 'DBSIZE', usedFor: 'the time left of a scan', probe: () => ['DBSIZE'], optional: 'no time left is shown' },
  { command: 'SCAN', usedFor: 'companies, snapshot', probe: () => ['SCAN', '0', 'COUNT', '1'] },
  { command: 'MEMORY USAGE', usedFor: 'companies, snapshot', probe: (key) => ['MEMORY', 'USAGE', key] },
  {
    command: 'EVAL_RO',
    usedFor: 'fast scans (EVAL before Redis 7)',
    probe: () => ['EVAL_RO', 'return 1', 0],
    optional: 'keys are measured one command each, which is slower',
  },
  {
    command: 'EVALSHA_RO',
    usedFor: 'fast scans (EVALSHA before Redis 7)',
    probe: () => ['EVALSHA_RO', '0'.repeat(40), 0],
    optional: 'keys are measured one command each, which is slower',
  },
  {
    command: 'TIME',
    usedFor: 'the length of a scan step, clock skew',
    probe: () => ['TIME'],
    optional: 'keys are measured one command each, which is slower',
  },
  {
    command: 'TYPE',
    usedFor: 'companies --exact, drill-down, keys, clear --backup',
    probe: (key) => ['TYPE', key],
  },
  { command: 'HLEN', usedFor: 'companies --exact, keys get, clear --backup', probe: (key) => ['HLEN', key] },
  { command: 'LLEN', usedFor: 'companies --exact, keys get, clear --backup', probe: (key) => ['LLEN', key] },
  { command: 'SCARD', usedFor: 'companies --exact, keys get, clear --backup', probe: (key) => ['SCARD', key] },
  { command: 'ZCARD', usedFor: 'companies --exact, keys get, clear --backup', probe: (key) => ['ZCARD', key] },
  { command: 'XLEN', usedFor: 'companies --exact, keys get, clear --backup', probe: (key) => ['XLEN', key] },
  { command: 'PTTL', usedFor: 'drill-down, keys', probe: (key) => ['PTTL', key] },
  {
    command: 'OBJECT IDLETIME',
    usedFor: 'drill-down, keys, clear --older-than',
    probe: (key) => ['OBJECT', 'IDLETIME', key],
    optional: 'idle times are unknown',
  },
  {
    command: 'EXISTS',
    usedFor: 'whether a company recorded anything: activity, ttl get',
    probe: (_, own) => ['EXISTS', own],
    optional: 'a company without keys is not known',
  },
  { command: 'HGETALL', usedFor: 'hit rates', probe: (_, own) => ['HGETALL', own] },
  { command: 'XRANGE', usedFor: 'activity --follow', probe: (_, own) => ['XRANGE', own, '-', '+', 'COUNT', 1] },
  {
    command: 'XREVRANGE',
    usedFor: 'activity, drill-down',
    probe: (_, own) => ['XREVRANGE', own, '+', '-', 'COUNT', 1],
  },
];

/** Show a value. */
const SHOWING: Need[] = [
  { command: 'STRLEN', usedFor: 'keys get', probe: (key) => ['STRLEN', key] },
  { command: 'GETRANGE', usedFor: 'keys get', probe: (key) => ['GETRANGE', key, 0, 0] },
  { command: 'HSCAN', usedFor: 'keys get', probe: (key) => ['HSCAN', key, 0] },
  { command: 'SSCAN', usedFor: 'keys get', probe: (key) => ['SSCAN', key, 0] },
  { command: 'LRANGE', usedFor: 'keys get', probe: (key) => ['LRANGE', key, 0, 0] },
  { command: 'ZRANGE', usedFor: 'keys get', probe: (key) => ['ZRANGE', key, 0, 0] },
  { command: 'XINFO GROUPS', usedFor: 'keys get', probe: (key) => ['XINFO', 'GROUPS', key] },
  { command: 'OBJECT ENCODING', usedFor: 'keys get', probe: (key) => ['OBJECT', 'ENCODING', key] },
  { command: 'EXEC', usedFor: 'keys get --raw, policies (with MULTI)', probe: () => ['EXEC'] },
];

/** Write our own keys. SET XX, and numbers that are none, change nothing. */
const WRITING: Need[] = [
  {
    command: 'SET',
    usedFor: 'keeping two snapshots, or two clears, apart',
    probe: (_, own) => ['SET', own, '1', 'XX', 'PX', '1'],
    optional: 'two at once are not kept apart',
  },
  {
    command: 'GET',
    usedFor: 'seeing whose lease it is',
    probe: (_, own) => ['GET', own],
    optional: 'a lease is left until it ends',
  },
  {
    command: 'DEL',
    usedFor: 'giving a lease back, ttl set, fix',
    probe: (_, own) => ['DEL', own],
    optional: 'a lease is left until it ends, and applications do not see new policies',
  },
  {
    command: 'HINCRBY',
    usedFor: 'counting clears',
    probe: (_, own) => ['HINCRBY', own, 'field', 'none'],
    optional: "clears do not count in a company's stability",
  },
  {
    command: 'EXPIRE',
    usedFor: 'counting clears',
    probe: (_, own) => ['EXPIRE', own, 1],
    optional: "clears do not count in a company's stability",
  },
];

/** Remove companies' keys, and put them back. What is not there is not removed; a dump that is none is not restored. */
const REMOVING: Need[] = [
  { command: 'UNLINK', usedFor: 'clear, keys delete', probe: (key) => ['UNLINK', key] },
  {
    command: 'EVAL',
    usedFor: 'fast clears',
    probe: () => ['EVAL', 'return 1', 0],
    optional: 'keys are removed by pipelined commands, which is slower',
  },
  {
    command: 'EVALSHA',
    usedFor: 'fast clears',
    probe: () => ['EVALSHA', '0'.repeat(40), 0],
    optional: 'keys are removed by pipelined commands, which is slower',
  },
  { command: 'DUMP', usedFor: 'clear --backup, keys delete --backup', probe: (key) => ['DUMP', key] },
  {
    command: 'PEXPIRETIME',
    usedFor: 'clear --backup (Redis 7)',
    probe: (key) => ['PEXPIRETIME', key],
    optional: 'expiry is told from PTTL, to the millisecond or two',
  },
  { command: 'RESTORE', usedFor: 'restore', probe: (key) => ['RESTORE', key, 0, 'none'] },
];

/** Change policies, and the end of keys. A field without a value is not set, and keys that are not there have no end. */
const REPAIRING: Need[] = [
  { command: 'HSET', usedFor: 'ttl set, fix', probe: (_, own) => ['HSET', own, 'field', '1', 'field'] },
  { command: 'PEXPIRE', usedFor: 'ttl set --existing, fix', probe: (key) => ['PEXPIRE', key, 1] },
  { command: 'PERSIST', usedFor: 'fix undo', probe: (key) => ['PERSIST', key] },
];

// Who only looks at companies needs none of these.
const PERHAPS = [...SHOWING, ...REMOVING, ...REPAIRING];

/** All that is tried. docs/permissions.md says who needs what of it. */
export const NEEDS: readonly Need[] = [...READING, ...WRITING, ...PERHAPS];

/** What is needed too and cannot be tried without doing it: of each connection, with EXEC, for `observe`, of the application's client. */
export const UNTRIED: readonly string[] = [
  ...['CLIENT SETNAME', 'PING'],
  ...['MULTI', 'WATCH', 'UNWATCH'],
  ...['CLIENT ID', 'CLIENT LIST'],
  'XADD',
];

/**
 * Tries each command that this tool needs, in a way that changes nothing, and lists those the user may not run.
 * @param companyKey a key as a company's would be named
 */
export async function checkPermissions(redis: Redis, companyKey: string): Promise<Check[]> {
  const refused: { need: Need; reason: string }[] = [];
  for (const need of NEEDS) {
    const reason = await refusal(redis, need.probe(companyKey + NOTHING, `rcm:{${NOTHING}}:probe`));
    if (reason !== null) refused.push({ need, reason });
  }
  const allowed = NEEDS.filter((need) => !refused.some((r) => r.need === need)).map((need) => need.command);
  const checks: Check[] = [
    { area: 'permissions', name: 'allowed', state: 'ok', message: `Allowed: ${allowed.join(', ')}`, hint: null },
  ];
  for (const { need, reason } of refused) {
    checks.push({
      area: 'permissions',
      name: need.command,
      state: PERHAPS.includes(need) ? 'info' : need.optional ? 'warning' : 'failed',
      message: `${need.command} is refused (${reason}); needed for ${need.usedFor}${need.optional ? `: without it ${need.optional}` : ''}`,
      hint: `Grant it: ACL SETUSER … +${need.command.toLowerCase().replace(' ', '|')}, with read access to company keys and ~rcm:* (docs/permissions.md)`,
    });
  }
  return checks;
}

/** Why a command is refused; null when it is not, even if it fails on its nonsense arguments. */
async function refusal(redis: Redis, [name, ...args]: (string | number)[]): Promise<string | null> {
  try {
    await redis.call(name as string, ...args);
    return null;
  } catch (error) {
    const message = String((error as Error).message);
    if (/NOPERM/.test(message)) return 'no permission';
    if (/unknown (sub)?command/i.test(message)) return 'not known by this server';
    if (/READONLY/.test(message)) return 'this server is read-only';
    return null;
  }
}
