import type { RedisConnection } from '../../redis/connect/connect.js';
import { ObserverStream } from '../../redis/observe/observer-stream.js';
import { LEASE_MS, restoreLeftBehind, troubleOf } from '../observe/left-behind.js';
import { GRANT_EVENTS, GRANT_MONITOR } from '../observe/sight.js';
import type { Check } from './report.js';

/** Puts back a server setting that a killed `observe` left behind, and says what this user lacks to observe. */
export async function checkObserve(connection: RedisConnection): Promise<Check[]> {
  return [...(await leftBehind(connection)), ...(await permissions(connection))];
}

async function leftBehind(connection: RedisConnection): Promise<Check[]> {
  const check = (state: Check['state'], message: string, hint: string | null): Check => {
    return { area: 'redis', name: 'observe', state, message, hint };
  };
  const found = await restoreLeftBehind(connection).catch((error: unknown) => {
    if (/NOPERM/.test(String(error))) return null;
    throw error;
  });
  // A user who may only look is none who has to clean up.
  if (found === null)
    return [check('info', 'Whether an observer that died left a setting behind is not for this user to know', null)];
  if (found.kind === 'nothing') return [];
  if (found.kind === 'observing')
    return [
      check(
        'info',
        `An observer is at work, or died in the last ${LEASE_MS / 1000} s: what it changed is left`,
        'If nobody observes, run this again in a moment: it is put back then.',
      ),
    ];
  return found.outcomes.map((one) => {
    const trouble = troubleOf(one);
    const { former, set } = one.setting;
    const done = `An observer that died had left notify-keyspace-events of ${one.label} at '${set}': it was put back to '${former}'`;
    return check(
      'warning',
      trouble ?? done,
      trouble === null ? null : 'Set it by hand where it is not as it should be.',
    );
  });
}

async function permissions({ server, label, settings }: RedisConnection): Promise<Check[]> {
  const stream = await ObserverStream.open(server, label, settings.connectTimeoutMs, DEAF);
  stream.close();
  const refused: Record<string, boolean> = {
    MONITOR: !stream.monitoring,
    'SUBSCRIBE __keyevent@*': !stream.subscribed,
    'CONFIG GET': await isRefused(server.config('GET', 'notify-keyspace-events')),
    // A setting that there is not: nothing is changed.
    'CONFIG SET': await isRefused(server.config('SET', 'probe-that-does-not-exist', '1')),
  };
  const names = Object.keys(refused);
  const lacking = names.filter((name) => refused[name]);
  const allowed = names.filter((name) => !refused[name]).join(', ');
  const checks: Check[] = lacking.map((name) => ({
    area: 'permissions',
    name,
    state: 'info',
    message: `${name} is refused; needed for observe: ${WITHOUT[name] ?? WITHOUT_EVENTS}`,
    hint: `Grant it: ${name === 'MONITOR' ? GRANT_MONITOR : GRANT_EVENTS}`,
  }));
  if (allowed !== '')
    checks.push({
      area: 'permissions',
      name: 'observe',
      state: 'ok',
      message: `Allowed for observe: ${allowed}`,
      hint: null,
    });
  return checks;
}

const WITHOUT: Record<string, string> = { MONITOR: 'without it only misses are counted' };
const WITHOUT_EVENTS = 'without it misses are unknown, unless the server has notify-keyspace-events set to Emxe';

const nothing = (): void => undefined;
const DEAF = { line: nothing, miss: nothing, expired: nothing, evicted: nothing, tooLong: nothing };

async function isRefused(asked: Promise<unknown>): Promise<boolean> {
  return asked.then(
    () => false,
    (error: unknown) => /NOPERM|unknown (sub)?command/i.test(String(error)),
  );
}
