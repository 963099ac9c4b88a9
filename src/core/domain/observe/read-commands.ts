/** Where a command's keys stand among its arguments (0 is the first after the name): one, all of them, some from the first on, or as many as an argument says. */
export type KeyPositions = 'first' | 'all' | 'firstTwo' | 'counted';

/**
 * Commands that read a cached value, by data type, with the position of their keys. A hit means that the key exists, whatever
 * the field or member that was asked for. Each was tried on a real server: it fires exactly one key-miss for each absent key
 * it names, and none for one that is there. Left out, though they fire a key-miss: what asks about a key and not for its value
 * (EXISTS, TTL, TYPE, STRLEN, HLEN, LLEN, SCARD, ZCARD, XLEN, TOUCH, DUMP), queues (XREAD fires two), and writes (SET … GET,
 * GETSET, COPY, SORT, …STORE, BITFIELD, BITOP, PFMERGE).
 */
export const READ_COMMANDS: Readonly<Record<string, Partial<Record<KeyPositions, readonly string[]>>>> = {
  strings: {
    first: ['GET', 'GETEX', 'GETDEL', 'GETRANGE', 'SUBSTR', 'GETBIT', 'BITCOUNT', 'BITPOS', 'BITFIELD_RO'],
    all: ['MGET'],
    firstTwo: ['LCS'],
  },
  hashes: { first: ['HGET', 'HMGET', 'HGETALL', 'HKEYS', 'HVALS', 'HEXISTS', 'HSTRLEN', 'HRANDFIELD', 'HSCAN'] },
  lists: { first: ['LRANGE', 'LINDEX', 'LPOS'] },
  sets: {
    first: ['SMEMBERS', 'SISMEMBER', 'SMISMEMBER', 'SRANDMEMBER', 'SSCAN'],
    all: ['SINTER', 'SUNION', 'SDIFF'],
    counted: ['SINTERCARD'],
  },
  'sorted sets': {
    first: [
      ...['ZRANGE', 'ZREVRANGE', 'ZRANGEBYSCORE', 'ZREVRANGEBYSCORE', 'ZRANGEBYLEX', 'ZREVRANGEBYLEX', 'ZSCORE'],
      ...['ZMSCORE', 'ZRANK', 'ZREVRANK', 'ZCOUNT', 'ZLEXCOUNT', 'ZRANDMEMBER', 'ZSCAN'],
    ],
    counted: ['ZUNION', 'ZINTER', 'ZDIFF', 'ZINTERCARD'],
  },
  streams: { first: ['XRANGE', 'XREVRANGE'] },
  positions: { first: ['GEOPOS', 'GEODIST', 'GEOHASH', 'GEOSEARCH', 'GEORADIUS_RO', 'GEORADIUSBYMEMBER_RO'] },
  'cardinality estimates': { all: ['PFCOUNT'] },
};

const POSITIONS: ReadonlyMap<string, KeyPositions> = new Map(
  Object.values(READ_COMMANDS).flatMap((group) =>
    Object.entries(group).flatMap(([keys, names]) => names.map((name) => [name, keys as KeyPositions] as const)),
  ),
);

/** Spellings seen so far: clients send `get`, `GET` and `Get`. Bounded, since anybody may send anything. */
const spellings = new Map<string, KeyPositions | null>();
const MOST_SPELLINGS = 1000;

/** Where the keys of a cache read stand; null for a command that is none. In any case of letters. */
export function keyPositionsOf(command: string): KeyPositions | null {
  const known = spellings.get(command);
  if (known !== undefined) return known;
  const positions = POSITIONS.get(command.toUpperCase()) ?? null;
  // A name out of a longer text would keep all of it in memory.
  if (spellings.size < MOST_SPELLINGS && command.length < 32)
    spellings.set(Buffer.from(command, 'latin1').toString('latin1'), positions);
  return positions;
}
