import type { Redis } from 'ioredis';

/** Where a page of a value begins: a position, or the cursor or id of Redis's own paging. */
export interface ValuePlace {
  at: string;
  /** Elements found from there that were shown already. */
  skip: number;
}

/** Elements as Redis gives them. */
export interface ValuePage<Element> {
  elements: Element[];
  /** null: that was the last. */
  next: ValuePlace | null;
}

export interface StreamEntry {
  id: string;
  fields: [Buffer, Buffer][];
}

export interface StreamGroup {
  name: Buffer;
  consumers: number;
  pending: number;
  lastDeliveredId: string;
  /** Entries not delivered yet; null where Redis does not tell. */
  lag: number | null;
}

export const VALUE_START: ValuePlace = { at: '0', skip: 0 };

/** All functions read at most `want` elements from `place` on, and throw what Redis says. */
type Read<Element> = (redis: Redis, key: Buffer, place: ValuePlace, want: number) => Promise<ValuePage<Element>>;

export const readHash: Read<[Buffer, Buffer]> = (redis, key, place, want) =>
  scanned(place, want, async (cursor, count) => {
    const [next, flat] = (await redis.callBuffer('HSCAN', [key, cursor, 'COUNT', count])) as [Buffer, Buffer[]];
    return [next.toString(), pairs(flat)];
  });

export const readSet: Read<Buffer> = (redis, key, place, want) =>
  scanned(place, want, async (cursor, count) => {
    const [next, members] = (await redis.callBuffer('SSCAN', [key, cursor, 'COUNT', count])) as [Buffer, Buffer[]];
    return [next.toString(), members];
  });

export const readList: Read<Buffer> = (redis, key, place, want) =>
  positioned(place, want, async (first, last) => (await redis.callBuffer('LRANGE', [key, first, last])) as Buffer[]);

/** By rank; with each member its score. */
export const readSortedSet: Read<[Buffer, Buffer]> = (redis, key, place, want) =>
  positioned(place, want, async (first, last) =>
    pairs((await redis.callBuffer('ZRANGE', [key, first, last, 'WITHSCORES'])) as Buffer[]),
  );

/** `place.at` is the last id that was shown. */
export const readStream: Read<StreamEntry> = async (redis, key, { at }, want) => {
  const start = at === VALUE_START.at ? '-' : `(${at}`;
  const reply = (await redis.callBuffer('XRANGE', [key, start, '+', 'COUNT', want + 1])) as [Buffer, Buffer[]][];
  const entries = reply.map(([id, flat]) => ({ id: id.toString(), fields: pairs(flat) }));
  const last = entries[want - 1];
  if (entries.length <= want || last === undefined) return { elements: entries, next: null };
  return { elements: entries.slice(0, want), next: { at: last.id, skip: 0 } };
};

export async function readGroups(redis: Redis, key: Buffer): Promise<StreamGroup[]> {
  const groups = (await redis.callBuffer('XINFO', ['GROUPS', key])) as (Buffer | number | null)[][];
  return groups.map((flat) => {
    const field = (name: string) => {
      const at = flat.findIndex((one, i) => i % 2 === 0 && String(one) === name);
      return at < 0 ? null : (flat[at + 1] ?? null);
    };
    return {
      name: field('name') as Buffer,
      consumers: Number(field('consumers')),
      pending: Number(field('pending')),
      lastDeliveredId: String(field('last-delivered-id')),
      lag: field('lag') as number | null,
    };
  });
}

/** One element more than wanted tells whether there are others. */
async function positioned<E>(
  { at }: ValuePlace,
  want: number,
  range: (first: number, last: number) => Promise<E[]>,
): Promise<ValuePage<E>> {
  const first = Number(at);
  const elements = await range(first, first + want);
  const more = elements.length > want;
  return { elements: elements.slice(0, want), next: more ? { at: String(first + want), skip: 0 } : null };
}

/** A compact value gives all of its elements at once, a large one about as many as COUNT says: what is too many is skipped next time. */
async function scanned<E>(
  place: ValuePlace,
  want: number,
  scan: (cursor: string, count: number) => Promise<[string, E[]]>,
): Promise<ValuePage<E>> {
  const elements: E[] = [];
  let { at, skip } = place;
  for (;;) {
    const room = want - elements.length;
    const [next, found] = await scan(at, Math.max(1, Math.floor(room / 2)));
    const fresh = found.slice(skip);
    elements.push(...fresh.slice(0, room));
    if (fresh.length > room) return { elements, next: { at, skip: skip + room } };
    skip = Math.max(0, skip - found.length);
    at = next;
    if (at === '0') return { elements, next: null };
    if (elements.length >= want) return { elements, next: { at, skip } };
  }
}

function pairs(flat: readonly Buffer[]): [Buffer, Buffer][] {
  return flat.flatMap((one, i) => (i % 2 === 0 ? [[one, flat[i + 1] as Buffer] as [Buffer, Buffer]] : []));
}
