import type { Redis } from 'ioredis';
import { displayBytes } from '../key-template.js';
import { NAMESPACE } from '../namespace.js';
import type { Stepper } from './drive.js';
import type { Pacer } from './pacer.js';
import { LARGEST_BYTES, LARGEST_ELEMENTS, type Step, type StepperOptions } from './stepper.js';

/** From this estimate on, exact mode looks at a key's length before it reads it whole. */
const LOOK_FIRST_BYTES = 262_144;
const LENGTHS: Record<string, string> = { hash: 'HLEN', list: 'LLEN', set: 'SCARD', zset: 'ZCARD', stream: 'XLEN' };

/** Steps by SCAN and one MEMORY USAGE a key, pipelined: for servers that refuse scripts. */
export class PipelineStepper implements Stepper<Step> {
  readonly requestsPerStep = 4;
  readonly #redis: Redis;
  readonly #options: StepperOptions;

  constructor(redis: Redis, options: StepperOptions) {
    this.#redis = redis;
    this.#options = options;
  }

  async step(cursor: string, pacer: Pacer): Promise<Step> {
    const { count } = pacer.planSingle();
    const [next, keys] = await this.#redis.scanBuffer(cursor, 'COUNT', count);
    const owned = keys.map((key) => ({ key, owner: this.#ownerOf(key) })).filter(({ owner }) => owner !== null);
    const sizes = await this.#sizes(owned.map(({ key }) => key));
    const forever = await this.#forever(owned);
    const large: Step['large'] = [];
    const sums = new Map<string, { keys: number; bytes: number; forever: number }>();
    const own = { keys: 0, bytes: 0, forever: 0 };
    for (const [i, { key, owner }] of owned.entries()) {
      const bytes = sizes.bytes[i];
      if (bytes === null || bytes === undefined) continue; // vanished meanwhile
      const sum = owner === NAMESPACE ? own : (sums.get(owner as string) ?? { keys: 0, bytes: 0, forever: 0 });
      sum.keys += 1;
      sum.bytes += bytes;
      if (sum === own) continue;
      sums.set(owner as string, sum);
      if (forever.has(i)) sum.forever += bytes;
      if (bytes >= (this.#options.largeFrom ?? Number.POSITIVE_INFINITY)) large.push({ key, bytes });
    }
    return {
      cursor: next.toString(),
      serverUs: 0,
      scans: 1,
      keys: keys.length,
      visited: count,
      ownKeys: own.keys,
      ownBytes: own.bytes,
      otherKeys: keys.length - owned.length,
      tooLarge: sizes.tooLarge,
      recorded: owned.flatMap(({ key, owner }) => (owner === NAMESPACE ? recorderOf(key) : [])),
      large,
      each: (callback) => {
        for (const [id, sum] of sums) callback(displayBytes(id), sum.keys, sum.bytes, sum.forever);
      },
    };
  }

  /** Indexes of the keys that never expire, where that is asked for. */
  async #forever(owned: readonly { key: Buffer; owner: string | null }[]): Promise<Set<number>> {
    if (this.#options.largeFrom === undefined) return new Set();
    const left = (await this.#pipeline(owned.map(({ key }) => ['PTTL', key]))) as number[];
    return new Set(left.flatMap((ms, i) => (ms === -1 ? [i] : [])));
  }

  #ownerOf(key: Buffer): string | null {
    const binary = key.toString('latin1');
    return binary.startsWith(NAMESPACE) ? NAMESPACE : this.#options.templates.match(binary);
  }

  /** Bytes of each key in order, null where it is gone. */
  async #sizes(keys: readonly Buffer[]): Promise<{ bytes: (number | null)[]; tooLarge: string[] }> {
    const bytes = (await this.#pipeline(keys.map((key) => ['MEMORY', 'USAGE', key]))) as (number | null)[];
    const tooLarge: string[] = [];
    if (!this.#options.exact) return { bytes, tooLarge };
    const large = new Set(
      await this.#tooLarge(
        keys.flatMap((key, i) =>
          (bytes[i] ?? 0) >= LOOK_FIRST_BYTES ? [{ key, index: i, bytes: bytes[i] as number }] : [],
        ),
      ),
    );
    const wanted = keys.map((_, i) => i).filter((i) => bytes[i] !== null && !large.has(i));
    const exact = (await this.#pipeline(wanted.map((i) => ['MEMORY', 'USAGE', keys[i] as Buffer, 'SAMPLES', '0']))) as (
      | number
      | null
    )[];
    for (const [n, i] of wanted.entries()) bytes[i] = exact[n] ?? null;
    for (const i of large) tooLarge.push((keys[i] as Buffer).toString('latin1'));
    return { bytes, tooLarge };
  }

  /** Indexes of keys that may not be read whole. */
  async #tooLarge(candidates: { key: Buffer; index: number; bytes: number }[]): Promise<number[]> {
    if (this.#options.allowSlow || candidates.length === 0) return [];
    const types = (await this.#pipeline(candidates.map(({ key }) => ['TYPE', key]))) as Buffer[];
    const collections = candidates.flatMap((c, i) => {
      const length = LENGTHS[String(types[i])];
      return length === undefined ? [] : [{ ...c, length }];
    });
    const lengths = (await this.#pipeline(collections.map(({ length, key }) => [length, key]))) as number[];
    return collections
      .filter((c, i) => c.bytes > LARGEST_BYTES || (lengths[i] ?? 0) > LARGEST_ELEMENTS)
      .map((c) => c.index);
  }

  async #pipeline(commands: (string | Buffer)[][]): Promise<unknown[]> {
    if (commands.length === 0) return [];
    const pipeline = this.#redis.pipeline();
    for (const [name, ...args] of commands) pipeline.callBuffer(name as string, ...(args as [string]));
    const replies = (await pipeline.exec()) ?? [];
    return replies.map(([error, value]) => {
      if (error) throw error;
      return value;
    });
  }
}

/** The company whose counters a key of ours holds, if it holds any. */
function recorderOf(key: Buffer): string[] {
  const found = /^rcm:\{(.+)\}:counters:/s.exec(key.toString('latin1'));
  return found ? [displayBytes(found[1] as string)] : [];
}
