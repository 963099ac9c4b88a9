import { Cluster, type Redis } from 'ioredis';
import type { BackupEntry } from '../../domain/backup-entry.js';
import { formatBytes } from '../../domain/format.js';

const SETTING = 'proto-max-bulk-len';
/** What Redis takes unless it is configured otherwise. */
export const DEFAULT_BULK_BYTES = 512 * 1024 ** 2;

/** The longest argument that every server takes, in bytes; the default where it may not be asked for. Never throws. */
export async function mostBulk(client: Redis | Cluster): Promise<number> {
  const nodes = client instanceof Cluster ? client.nodes('master') : [client];
  const limits = await Promise.all(
    nodes.map(async (node) => {
      const [, value] = (await node.config('GET', SETTING).catch(() => [])) as string[];
      return Number(value) || DEFAULT_BULK_BYTES;
    }),
  );
  return Math.min(...limits, ...(limits.length === 0 ? [DEFAULT_BULK_BYTES] : []));
}

/** Why a key cannot be sent: the server would close the connection over it; null when it can. */
export function tooLong({ key, dump }: BackupEntry, most: number): string | null {
  const length = Math.max(key.length, dump.length);
  if (length <= most) return null;
  return `its dump of ${formatBytes(length)} is more than the server takes (${SETTING} ${formatBytes(most)})`;
}
