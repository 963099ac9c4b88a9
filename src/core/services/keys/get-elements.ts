import { showKey } from '../../redis/keys/key-argument.js';
import {
  readGroups,
  readHash,
  readList,
  readSet,
  readSortedSet,
  readStream,
  type ValuePage,
  type ValuePlace,
} from '../../redis/keys/read-value.js';
import type { ScanNode } from '../../redis/scan/keyspace-scan.js';
import type { ShownValue } from './get-report.js';
import type { Shower } from './shower.js';

/** What is shown of a value, and where the next page begins. */
interface ShownPage {
  value: ShownValue;
  next: ValuePlace | null;
}

/** A page of a value that has elements; of a type that nobody knows here only that. @throws what Redis says */
export async function showElements(
  { redis }: ScanNode,
  key: Buffer,
  type: string,
  { place, want }: { place: ValuePlace; want: number },
  shower: Shower,
): Promise<ShownPage> {
  const fieldOf = ([field, value]: [Buffer, Buffer]) => ({
    field: shower.name(field),
    value: shower.value(value, [field.toString()]),
  });
  const shown = <E>({ elements, next }: ValuePage<E>, value: (elements: E[]) => ShownValue): ShownPage => ({
    value: value(elements),
    next,
  });
  const first = Number(place.at);
  switch (type) {
    case 'hash':
      return shown(await readHash(redis, key, place, want), (pairs) => ({ kind: 'hash', fields: pairs.map(fieldOf) }));
    case 'set':
      return shown(await readSet(redis, key, place, want), (members) => ({
        kind: 'set',
        members: members.map((member) => shower.value(member)),
      }));
    case 'list':
      return shown(await readList(redis, key, place, want), (elements) => ({
        kind: 'list',
        elements: elements.map((value, i) => ({ index: first + i, value: shower.value(value) })),
      }));
    case 'zset':
      return shown(await readSortedSet(redis, key, place, want), (members) => ({
        kind: 'zset',
        members: members.map(([member, score], i) => ({
          rank: first + i,
          score: score.toString(),
          member: shower.value(member),
        })),
      }));
    case 'stream': {
      const groups = (await readGroups(redis, key)).map(({ name, ...group }) => ({ name: showKey(name), ...group }));
      return shown(await readStream(redis, key, place, want), (entries) => ({
        kind: 'stream',
        entries: entries.map(({ id, fields }) => ({ id, fields: fields.map(fieldOf) })),
        groups,
      }));
    }
    default:
      return { value: { kind: 'other' }, next: null };
  }
}
