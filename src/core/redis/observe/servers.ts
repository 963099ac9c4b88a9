import type { Redis } from 'ioredis';
import type { RedisConnection } from '../connect/connect.js';
import { scanNodes } from '../connect/scan-nodes.js';
import { servesKey } from '../keys/serves-key.js';
import { enduring } from './control.js';
import type { ObservedNode } from './observed-node.js';

/** The primaries, over connections that find their way back after a cut. Close them. */
export interface ObservedServers {
  nodes: readonly ObservedNode[];
  /** Where a key of ours is: database 0, whichever is observed, since a server's settings are the same for all of them. */
  keeperOf(key: string): Redis;
  /** Where a company's records are: the database that is observed. */
  dataOf(key: string): Redis;
  close(): void;
}

/** @throws what the client throws where a primary cannot be reached */
export async function openServers(connection: RedisConnection): Promise<ObservedServers> {
  const found = await scanNodes({ ...connection, settings: { ...connection.settings, readFrom: 'primary' } });
  const opened: Redis[] = [];
  const open = (like: Redis, options: { db?: number } = {}): Redis => {
    const redis = enduring(like, options);
    opened.push(redis);
    return redis;
  };
  const servers = found.primaries.map(({ redis, label, slots }) => {
    const control = open(redis);
    const keeper = (redis.options.db ?? 0) === 0 ? control : open(redis, { db: 0 });
    return { node: { label, control, ...(slots && { slots }) } satisfies ObservedNode, keeper };
  });
  found.close();
  const serverOf = (key: string) =>
    (servers.find(({ node }) => servesKey(node, Buffer.from(key))) ?? servers[0]) as (typeof servers)[number];
  return {
    nodes: servers.map(({ node }) => node),
    keeperOf: (key) => serverOf(key).keeper,
    dataOf: (key) => serverOf(key).node.control,
    close: () => {
      for (const redis of opened) redis.disconnect();
    },
  };
}

/** By what a server's setting is remembered: its address in a cluster; elsewhere there is one, however it is reached. */
export function settingName({ label, slots }: ObservedNode): string {
  return slots === undefined ? 'primary' : label;
}
