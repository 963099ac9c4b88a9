import { decode } from '@msgpack/msgpack';
import type { Redis } from 'ioredis';
import type { Stepper } from '../scan/drive.js';
import { type Pacer, visitingAtMost } from '../scan/pacer.js';
import { luaPatterns } from '../scan/script-stepper.js';
import { runReadOnly } from '../script.js';
import type { KeyDetail, KeyInfo, KeyStep } from './key-info.js';
import { KEY_STEP } from './key-step.lua.js';
import type { KeySelection } from './selection.js';

/** See the output of KEY_STEP. */
type Reply = [Buffer, number, number, number, Buffer[], Buffer];

const LETTERS: Record<KeyDetail, string> = { bytes: 'b', type: 't', ttl: 'e', idle: 'i' };

const MOST_IDS = 1000;

/** Steps by one script call each. */
export class KeyScriptStepper implements Stepper<KeyStep> {
  readonly requestsPerStep = 1;
  readonly #redis: Redis;
  readonly #selection: KeySelection;
  readonly #args: (string | number | Buffer)[];

  constructor(
    redis: Redis,
    selection: KeySelection,
    details: readonly KeyDetail[],
    private readonly mostVisits = () => Number.POSITIVE_INFINITY,
  ) {
    this.#redis = redis;
    this.#selection = selection;
    // Of more ids than these the script lets every key through: sending them all with each step would cost more.
    const few = (selection.ids?.length ?? 0) <= MOST_IDS;
    const ids = few ? (selection.ids ?? []).map((id) => Buffer.from(id, 'latin1')) : [];
    const asked = details.map((detail) => LETTERS[detail]).join('');
    this.#args = [selection.scanGlob, asked, ids.length, ...ids, ...luaPatterns(selection.templates)];
  }

  async step(cursor: string, pacer: Pacer): Promise<KeyStep> {
    const { count, maxScans, budgetUs } = visitingAtMost(pacer.plan(), this.mostVisits());
    const reply = await runReadOnly(this.#redis, KEY_STEP, [], [cursor, count, maxScans, budgetUs, ...this.#args]);
    const [next, serverUs, scans, keys, names, packed] = reply as Reply;
    return {
      cursor: next.toString(),
      serverUs,
      scans,
      keys,
      visited: count * scans,
      found: this.#found(names, packed),
    };
  }

  #found(names: readonly Buffer[], packed: Buffer): KeyInfo[] {
    if (names.length === 0) return [];
    // An empty Lua table is an empty array or an empty map: neither has a first element.
    const [bytes, types, expiries, idles] = decode(packed) as [number[], string[], number[], number[]];
    const found: KeyInfo[] = [];
    for (let i = 0; i < names.length; i += 1) {
      const own = this.#selection.find(names[i] as Buffer);
      if (own === null) continue;
      const idle = idles[i] ?? -1;
      const ttlMs = expiries[i] ?? null;
      // -2: it expired between two commands of the script.
      if (ttlMs === -2) continue;
      found.push({
        ...own,
        bytes: bytes[i] ?? null,
        type: types[i] ?? null,
        ttlMs,
        idleSeconds: idle < 0 ? null : idle,
      });
    }
    return found;
  }
}
