import type { RedisConnection } from '../../redis/connect/connect.js';
import { scanNodes } from '../../redis/connect/scan-nodes.js';
import type { Check } from './report.js';

/** Looks at no more than this many keys of each server: a doctor must not be the load. */
const MOST_KEYS = 200_000;
const COUNTERS = 'rcm:{*}:counters:*';

/** Whether anything records hits: without it hit rates are unknown. */
export async function checkRecording(connection: RedisConnection): Promise<Check> {
  const { nodes, close } = await scanNodes(connection);
  try {
    const found = await Promise.all(nodes.map(({ redis }) => counters(redis)));
    const hours = found.flatMap((f) => f.hours).sort();
    const newest = hours.at(-1);
    if (newest !== undefined)
      return {
        area: 'recording',
        name: 'counters',
        state: 'ok',
        message: `Accesses are being recorded (newest hour seen: ${newest} UTC)`,
        hint: null,
      };
    const where = found.every((f) => f.whole)
      ? 'No counters are in Redis'
      : `No counters are among the first ${MOST_KEYS.toLocaleString('en-US')} keys of each server`;
    return {
      area: 'recording',
      name: 'counters',
      state: 'warning',
      message: `${where}: nothing seems to record accesses, so hit rates and health are unknown`,
      hint: "Let the application cache through CompanyCache from 'redis-cache-manager/client' (docs/recording.md), or have `rcm observe --record` count from outside (docs/observe.md).",
    };
  } finally {
    close();
  }
}

async function counters(redis: import('ioredis').Redis): Promise<{ hours: string[]; whole: boolean }> {
  const hours: string[] = [];
  let cursor = '0';
  let seen = 0;
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', COUNTERS, 'COUNT', 500);
    cursor = next;
    seen += 500;
    hours.push(...keys.map((key) => key.slice(key.lastIndexOf(':counters:') + ':counters:'.length)));
  } while (cursor !== '0' && seen < MOST_KEYS && hours.length < 50);
  return { hours, whole: cursor === '0' };
}
