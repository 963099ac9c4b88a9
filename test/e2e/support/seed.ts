import type { Cluster, Redis } from 'ioredis';

/** The keys that were written for each company, by id as people see it. */
export type Seeded = Map<string, Buffer[]>;

/** Ids that are prefixes of each other, that globs, Lua patterns or terminals would misread, and plain ones. */
export const HOSTILE_IDS = ['1', '12', '123', 'a*b?[c]\\^-d', '%d.+$', 'ünï漢😀', 'x y"z,', '$where'];
/** Of companies that no list knows: one plain, one whose id is not UTF-8. */
export const ORPHAN_IDS = ['ghost', '\\xff\\xfe'];

const BYTES: Record<string, Buffer> = { '\\xff\\xfe': Buffer.from([0xff, 0xfe]) };

/** A key of a company as bytes; `template` has the placeholder `ID`. */
export function companyKey(template: string, id: string, rest: string | Buffer): Buffer {
  const [before = '', after = ''] = template.split('ID');
  return Buffer.concat([Buffer.from(before), BYTES[id] ?? Buffer.from(id), Buffer.from(after), Buffer.from(rest)]);
}

/**
 * Gives every company keys of every type, small and large, volatile and not, the n-th company n more than the first;
 * one company's keys are not UTF-8. @param template e.g. `company:ID:`
 */
export async function seedCompanies(
  redis: Redis | Cluster,
  ids: readonly string[],
  template = 'company:ID:',
): Promise<Seeded> {
  const seeded: Seeded = new Map();
  for (const [n, id] of ids.entries()) {
    const keys: Buffer[] = [];
    const key = (rest: string | Buffer): Buffer => {
      const name = companyKey(template, id, rest);
      keys.push(name);
      return name;
    };
    const commands: (string | Buffer | number)[][] = [
      ['set', key('string'), 'v'.repeat(100 * (n + 1))],
      ['set', key('number'), 42],
      ['set', key('volatile'), 'soon gone', 'EX', 3600],
      ['set', key(''), 'an empty rest'],
      ['set', key('a:b:*'), 'colons and a star'],
      ['set', key(Buffer.from([0xc3, 0x28, 0x00, 0x0a])), 'not UTF-8, a NUL and a line feed'],
      ['hset', key('small hash'), ...numbers(8)],
      ['hset', key('large hash'), ...numbers(400 + n)],
      ['rpush', key('list'), ...numbers(300 + n)],
      ['sadd', key('small set'), 1, 2, 3],
      ['sadd', key('large set'), ...numbers(300 + n)],
      ['zadd', key('small zset'), 1, 'a', 2, 'b'],
      ['zadd', key('large zset'), ...scored(200 + n)],
      ['xadd', key('stream'), '*', 'field', 'x'.repeat(500)],
      ['pfadd', key('hyperloglog'), 'a', 'b'],
      ['setbit', key('bitmap'), 4000, 1],
      ['geoadd', key('geo'), 13.36, 38.11, 'Palermo'],
      ...Array.from({ length: 3 * n }, (_, i) => ['set', key(`more:${i}`), 'y'.repeat(i)]),
    ];
    await Promise.all(commands.map(([name, ...args]) => redis.call(name as string, ...(args as string[]))));
    seeded.set(id, keys);
  }
  return seeded;
}

/** Keys that are nobody's: they resemble company keys, or are this tool's own. */
export async function seedForeign(redis: Redis | Cluster): Promise<void> {
  const names = [
    'session:abc',
    'companyx',
    'company',
    'company:',
    'company::nobody',
    'COMPANY:1:x',
    'xcompany:1:x',
    '{company}:1:x',
  ];
  for (const name of names) await redis.set(name, 'z'.repeat(5000));
  await redis.set('rcm:lock:other', 'x'.repeat(5000));
  await redis.set('rcm:{1}:pending', 'x'.repeat(5000));
}

/** What each company holds, by asking the server about every key. */
export async function sizesOf(
  redis: Redis | Cluster,
  seeded: Seeded,
  samples?: number,
): Promise<Map<string, { keys: number; bytes: number }>> {
  const sizes = new Map<string, { keys: number; bytes: number }>();
  const more = samples === undefined ? [] : ['SAMPLES', samples];
  for (const [id, keys] of seeded) {
    const each = await Promise.all(keys.map((key) => redis.call('MEMORY', ['USAGE', key, ...more])));
    const bytes = each.reduce<number>((sum, one) => sum + Number(one), 0);
    sizes.set(id, { keys: keys.length, bytes });
  }
  return sizes;
}

function numbers(count: number): string[] {
  return Array.from({ length: count * 2 }, (_, i) => `element ${i} ${'.'.repeat(i % 50)}`);
}

function scored(count: number): (string | number)[] {
  return Array.from({ length: count }, (_, i) => [i, `member ${i}`]).flat();
}
