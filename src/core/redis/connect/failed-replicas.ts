import type { RedisConnection } from './connect.js';

/** Addresses of the replicas that their cluster holds for failed: they answer nobody, and their primary lists them no more. Null when the cluster does not say. */
export async function failedReplicas({ kind, server }: RedisConnection): Promise<string[] | null> {
  if (kind !== 'cluster') return [];
  const nodes = await server.call('CLUSTER', 'NODES').catch(() => null);
  return nodes === null ? null : failedReplicasIn(String(nodes));
}

/** Of CLUSTER NODES: `id host:port@bus[,hostname] flags …`. `fail?` is only a suspicion. */
export function failedReplicasIn(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [, address = '', flags = ''] = line.split(' ');
    const all = flags.split(',');
    return all.includes('slave') && all.includes('fail') ? [address.replace(/@.*$/, '')] : [];
  });
}
