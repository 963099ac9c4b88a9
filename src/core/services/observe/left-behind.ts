import type { RedisConnection } from '../../redis/connect/connect.js';
import { acquireLease } from '../../redis/lease.js';
import { ownKeys } from '../../redis/namespace.js';
import { readRestoreRecord } from '../../redis/observe/restore-record.js';
import { openServers } from '../../redis/observe/servers.js';
import { type PutBackOutcome, SettingsKeeper } from '../../redis/observe/settings-keeper.js';

/** Leases are for one observer of all servers at a time. */
export const OBSERVE_LEASE = 'observe';
/** How long others wait after an observer has died. */
export const LEASE_MS = 15_000;

/** What the doctor finds of observers that died. */
export type LeftBehind = { kind: 'nothing' } | { kind: 'observing' } | { kind: 'restored'; outcomes: PutBackOutcome[] };

/** Puts back a server setting that an observer left behind when it was killed. @throws what Redis says */
export async function restoreLeftBehind(connection: RedisConnection): Promise<LeftBehind> {
  const servers = await openServers(connection);
  try {
    const keeper = servers.keeperOf(ownKeys.observeRestore);
    if ((await readRestoreRecord(keeper)) === null) return { kind: 'nothing' };
    const lease = await acquireLease(servers.keeperOf(ownKeys.lock(OBSERVE_LEASE)), OBSERVE_LEASE, { ttlMs: LEASE_MS });
    if (lease === null) return { kind: 'observing' };
    try {
      return {
        kind: 'restored',
        outcomes: await new SettingsKeeper(keeper, lease.token).putBackLeftovers(servers.nodes),
      };
    } finally {
      await lease.release().catch(() => undefined);
    }
  } finally {
    servers.close();
  }
}

/** A put-back in words; null where it went as it should. */
export function troubleOf({ label, setting, outcome }: PutBackOutcome): string | null {
  const { former } = setting;
  if (outcome.kind === 'done') return null;
  if (outcome.kind === 'theirs')
    return `notify-keyspace-events of ${label} was changed to '${outcome.value}' by somebody else meanwhile: it was left so, and not put back to '${former}'.`;
  const why = outcome.kind === 'refused' ? 'refuses to change it' : 'cannot be reached';
  return `notify-keyspace-events of ${label} is still '${setting.set}' (it was '${former}'): the server ${why}. The next \`rcm observe\` or \`rcm doctor\` that can puts it back.`;
}
