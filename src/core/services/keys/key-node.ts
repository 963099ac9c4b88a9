import { RcmError } from '../../errors.js';
import { scanNodes } from '../../redis/connect/scan-nodes.js';
import { servesKey } from '../../redis/keys/serves-key.js';
import { redisError } from '../../redis/redis-error.js';
import type { ScanNode } from '../../redis/scan/keyspace-scan.js';
import type { Ports } from '../ports.js';
import { primaries } from '../primaries.js';

/**
 * Works on the server that has a key: the primary, which knows best, unless replicas were asked for.
 * @throws RCM_REDIS_*, what `work` throws; the signal's reason when it is aborted
 */
export async function onNodeOf<T>(ports: Ports, key: Buffer, work: (node: ScanNode) => Promise<T>): Promise<T> {
  try {
    const open = ports.redis.settings.readFrom === 'replica' ? scanNodes : primaries;
    const { nodes, close } = await open(ports.redis, (part) => servesKey(part, key));
    try {
      const [node] = nodes;
      if (node === undefined) throw slotUnserved();
      return await work(node);
    } finally {
      close();
    }
  } catch (error) {
    if (ports.signal?.aborted) throw ports.signal.reason;
    throw redisError(error, ports.redis.label);
  }
}

function slotUnserved(): RcmError {
  return new RcmError(
    'RCM_REDIS_FAILED',
    'No node of the cluster serves the slot of this key',
    'Look at the cluster: `redis-cli --cluster check`.',
  );
}
