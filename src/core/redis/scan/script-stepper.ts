import { decode } from '@msgpack/msgpack';
import type { Redis } from 'ioredis';
import { displayBytes, type KeyTemplates } from '../key-template.js';
import { runReadOnly } from '../script.js';
import type { Stepper } from './drive.js';
import type { Pacer } from './pacer.js';
import { SCAN_STEP } from './scan-step.lua.js';
import { LARGEST_BYTES, LARGEST_ELEMENTS, type Step, type StepperOptions } from './stepper.js';

/** See the output of SCAN_STEP. */
type Reply = [
  Buffer,
  number,
  number,
  number,
  number,
  number,
  number,
  Buffer[],
  Buffer,
  Buffer,
  Buffer[],
  Buffer[],
  number[],
];

/** Steps by one script call each: only sums cross the wire. */
export class ScriptStepper implements Stepper<Step> {
  readonly requestsPerStep = 1;
  readonly #redis: Redis;
  readonly #args: (string | Buffer)[];
  /** Ids decoded once: the same thousand come back with every step. */
  readonly #names = new Map<string, string>();

  constructor(redis: Redis, options: StepperOptions) {
    this.#redis = redis;
    const limits = options.allowSlow ? ['0', '0'] : [String(LARGEST_BYTES), String(LARGEST_ELEMENTS)];
    const large = String(options.largeFrom ?? 0);
    this.#args = [options.exact ? '1' : '0', ...limits, large, ...luaPatterns(options.templates)];
  }

  async step(cursor: string, pacer: Pacer): Promise<Step> {
    const { count, maxScans, budgetUs } = pacer.plan();
    const args = [cursor, count, maxScans, budgetUs, ...this.#args];
    const reply = (await runReadOnly(this.#redis, SCAN_STEP, [], args)) as Reply;
    const [next, serverUs, scans, keys, ownKeys, ownBytes, otherKeys, tooLarge, ids, sums, recorders, ...large] = reply;
    return {
      cursor: next.toString(),
      serverUs,
      scans,
      keys,
      visited: count * scans,
      ownKeys,
      ownBytes,
      otherKeys,
      tooLarge: tooLarge.map((key) => key.toString('latin1')),
      recorded: recorders.map((id) => this.#name(id.toString('latin1'))),
      large: large[0].map((key, i) => ({ key, bytes: large[1][i] as number })),
      each: (callback) => this.#each(ids, sums, callback),
    };
  }

  #each(ids: Buffer, sums: Buffer, callback: Parameters<Step['each']>[0]): void {
    // An empty Lua table is an empty array or an empty map: neither has a first element.
    const [lengths, keys, bytes, forever] = decode(sums) as [number[], number[], number[], number[]];
    let at = 0;
    for (let i = 0; i < keys.length; i++) {
      const end = at + (lengths[i] as number);
      const name = this.#name(ids.toString('latin1', at, end));
      callback(name, keys[i] as number, bytes[i] as number, forever[i] as number);
      at = end;
    }
  }

  #name(binary: string): string {
    let name = this.#names.get(binary);
    if (name === undefined) {
      name = displayBytes(binary);
      this.#names.set(binary, name);
    }
    return name;
  }
}

/**
 * The templates as anchored Lua patterns that capture the id, in the order that KeyTemplates.match tries them: the
 * longest prefix first. Under one prefix every template reads the same id, so the open one, which most keys have, goes first.
 */
export function luaPatterns(templates: KeyTemplates): Buffer[] {
  const ends = templates.terminators.map(luaEscape).join('');
  const id = ends === '' ? '(.+)' : `([^${ends}]+)`;
  return templates.groups.flatMap(({ prefix, suffixes }) =>
    [...suffixes]
      .sort((a, b) => Number(b.open) - Number(a.open))
      .map(({ text, open }) => Buffer.from(`^${luaEscape(prefix)}${id}${luaEscape(text)}${open ? '' : '$'}`, 'latin1')),
  );
}

/** Bytes as a Lua pattern that matches just them: % before whatever is no letter or digit, %z for NUL. */
function luaEscape(binary: string): string {
  return binary.replace(/[^A-Za-z0-9]/g, (c) => (c === '\0' ? '%z' : `%${c}`));
}
