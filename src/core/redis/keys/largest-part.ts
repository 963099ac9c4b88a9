import type { Cluster, Redis } from 'ioredis';
import type { LargeKeyPart, ValuePart } from '../../domain/detect/figures.js';
import { isEmbeddedData, largestJsonPart, shortened } from '../../domain/detect/json-part.js';
import { showKey } from './key-argument.js';

/** A string up to here is read whole, to look at its members. */
const LONGEST_READ = 2 * 1024 ** 2;
/** A hash of up to so many fields is looked at whole, by their lengths. */
const MOST_FIELDS = 1000;
const SAMPLED_FIELDS = 200;
/** Elements of other collections are sampled: so many at most, and so many bytes. */
const SAMPLED_ELEMENTS = 100;
const SAMPLED_BYTES = 1024 ** 2;
/** A collection of so many elements, none of which holds half of it, is large because of their number. */
const MANY_ELEMENTS = 1000;

/**
 * What makes a key large: its largest field, element or member. Reads no more than 2 MB of it, however large it is.
 * @param bytes MEMORY USAGE of the key
 * @returns null where the key is gone
 * @throws what Redis says
 */
export async function largestPartOf(
  redis: Redis | Cluster,
  key: Buffer,
  bytes: number,
): Promise<Pick<LargeKeyPart, 'type' | 'elements' | 'part'> | null> {
  const type = await redis.type(key);
  if (type === 'none') return null;
  if (type === 'string') return { type, elements: null, part: await partOfString(redis, key) };
  const read = READERS[type];
  if (read === undefined) return { type, elements: null, part: null };
  const elements = await read.length(redis, key);
  const most = Math.max(1, Math.min(SAMPLED_ELEMENTS, Math.floor(SAMPLED_BYTES / Math.max(1, bytes / elements))));
  const largest = (await read.largest?.(redis, key, elements, most)) ?? null;
  if (largest !== null && largest.bytes >= bytes / 2) return { type, elements, part: largest };
  if (elements >= MANY_ELEMENTS)
    return { type, elements, part: { name: '', bytes, kind: 'many_elements', elements, sampled: false } };
  return { type, elements, part: largest };
}

interface Reader {
  length: (redis: Redis | Cluster, key: Buffer) => Promise<number>;
  largest?: (redis: Redis | Cluster, key: Buffer, elements: number, most: number) => Promise<ValuePart | null>;
}

const READERS: Record<string, Reader> = {
  hash: { length: (redis, key) => redis.hlen(key), largest: largestField },
  list: {
    length: (redis, key) => redis.llen(key),
    largest: async (redis, key, elements, most) =>
      largestElement(await redis.lrangeBuffer(key, 0, most - 1), elements, (i) => `[${i}]`),
  },
  set: {
    length: (redis, key) => redis.scard(key),
    largest: async (redis, key, elements, most) =>
      largestElement((await redis.srandmemberBuffer(key, most)) as Buffer[], elements, () => 'a member'),
  },
  zset: {
    length: (redis, key) => redis.zcard(key),
    largest: async (redis, key, elements, most) =>
      largestElement((await redis.zrandmemberBuffer(key, most)) as Buffer[], elements, () => 'a member'),
  },
  stream: { length: (redis, key) => redis.xlen(key) },
};

async function partOfString(redis: Redis | Cluster, key: Buffer): Promise<ValuePart | null> {
  const length = await redis.strlen(key);
  const text = (await redis.getrangeBuffer(key, 0, length > LONGEST_READ ? 4095 : -1)).toString();
  if (length <= LONGEST_READ) return largestJsonPart(text);
  return isEmbeddedData(text)
    ? { name: 'the value', bytes: length, kind: 'embedded_data', elements: null, sampled: true }
    : null;
}

async function largestField(redis: Redis | Cluster, key: Buffer, elements: number): Promise<ValuePart | null> {
  const sampled = elements > MOST_FIELDS;
  const fields = sampled
    ? ((await redis.hrandfieldBuffer(key, SAMPLED_FIELDS)) as Buffer[])
    : await redis.hkeysBuffer(key);
  const pipeline = redis.pipeline();
  for (const field of fields) pipeline.hstrlen(key, field);
  const lengths = ((await pipeline.exec()) ?? []).map(([, length]) => Number(length ?? 0));
  const at = lengths.reduce((best, length, i) => (length > (lengths[best] as number) ? i : best), 0);
  const field = fields[at];
  if (field === undefined) return null;
  const bytes = lengths[at] as number;
  const name = shortened(showKey(field));
  const inner = bytes > LONGEST_READ ? null : largestJsonPart((await redis.hgetBuffer(key, field))?.toString() ?? '');
  if (inner === null) return { name, bytes, kind: 'large_value', elements: null, sampled };
  const inside = inner.name === 'the value' ? name : shortened(`${name}.${inner.name}`);
  return { ...inner, name: inside, sampled };
}

function largestElement(elements: readonly Buffer[], total: number, nameOf: (i: number) => string): ValuePart | null {
  const at = elements.reduce((best, one, i) => (one.length > (elements[best]?.length ?? 0) ? i : best), 0);
  const element = elements[at];
  if (element === undefined) return null;
  const embedded = isEmbeddedData(element.subarray(0, 4096).toString('latin1'));
  return {
    name: nameOf(at),
    bytes: element.length,
    kind: embedded ? 'embedded_data' : 'large_value',
    elements: null,
    sampled: elements.length < total,
  };
}
