import { RcmError } from '../errors.js';
import type { RedisConnection } from '../redis/connect/connect.js';
import { type ScanNodes, scanNodes } from '../redis/connect/scan-nodes.js';
import { readServerInfo } from '../redis/server-info.js';

/** The servers that can be written: one for each part of the keyspace that is `wanted`. @throws what the client throws */
export function primaries(connection: RedisConnection, wanted?: Parameters<typeof scanNodes>[1]): Promise<ScanNodes> {
  return scanNodes({ ...connection, settings: { ...connection.settings, readFrom: 'primary' } }, wanted);
}

/**
 * Idle times are not kept under an LFU policy.
 * @param what needs them, e.g. `--older-than`
 * @param hint what to do instead
 * @throws RCM_NOT_APPLICABLE
 */
export async function assertIdleTimes({ server }: RedisConnection, what: string, hint: string): Promise<void> {
  const policy = (await readServerInfo(server, 'memory').catch(() => null))?.maxMemoryPolicy;
  if (policy?.includes('lfu'))
    throw new RcmError(
      'RCM_NOT_APPLICABLE',
      `${what} cannot be told here: under ${policy} Redis keeps no idle times`,
      hint,
    );
}
