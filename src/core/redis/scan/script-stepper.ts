import type { Redis } from 'ioredis';
import { displayBytes, type KeyTemplates } from '../key-template.js';
import { runReadOnly } from '../script.js';
import type { Pacer } from './pacer.js';
import { SCAN_STEP } from './scan-step.lua.js';
import { LARGEST_BYTES, LARGEST_ELEMENTS, type Step, type Stepper, type StepperOptions } from './stepper.js';

const FIXED = 8;

/** Steps by one script call each: only sums cross the wire. */
export class ScriptStepper implements Stepper {
  readonly requestsPerStep = 1;
  readonly #redis: Redis;
  readonly #args: (string | Buffer)[];
  /** Ids decoded once: the same thousand come back with every step. */
  readonly #names = new Map<string, string>();

  constructor(redis: Redis, options: StepperOptions) {
    this.#redis = redis;
    const limits = options.allowSlow ? ['0', '0'] : [String(LARGEST_BYTES), String(LARGEST_ELEMENTS)];
    this.#args = [options.exact ? '1' : '0', ...limits, ...templateArguments(options.templates)];
  }

  async step(cursor: string, pacer: Pacer): Promise<Step> {
    const { count, maxScans, budgetUs } = pacer.plan();
    const reply = (await runReadOnly(
      this.#redis,
      SCAN_STEP,
      [],
      [cursor, count, maxScans, budgetUs, ...this.#args],
    )) as [Buffer, ...number[]];
    const [next, serverUs = 0, scans = 1, keys = 0, ownKeys = 0, ownBytes = 0, otherKeys = 0, large = 0] = reply;
    const rest = reply as unknown as (Buffer | number)[];
    return {
      cursor: next.toString(),
      serverUs,
      scans,
      keys,
      visited: count * scans,
      ownKeys,
      ownBytes,
      otherKeys,
      tooLarge: rest.slice(FIXED, FIXED + large).map((key) => (key as Buffer).toString('latin1')),
      each: (callback) => {
        const ids = rest[FIXED + large] as Buffer;
        let at = 0;
        for (let i = FIXED + large + 1; i < rest.length; i += 3) {
          const end = at + (rest[i] as number);
          callback(this.#name(ids.toString('latin1', at, end)), rest[i + 1] as number, rest[i + 2] as number);
          at = end;
        }
      },
    };
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

/** The templates as the script takes them: see ARGV[8] and on of SCAN_STEP. */
function templateArguments(templates: KeyTemplates): Buffer[] {
  const ends = templates.terminators.map((t) => `%${t}`).join('');
  const oneOfId = ends === '' ? '.+' : `[^${ends}]+`;
  const args: string[] = [String(templates.groups.length)];
  for (const { prefix, suffixes } of templates.groups) {
    args.push(`^${luaEscape(prefix)}${oneOfId}`, String(prefix.length), String(suffixes.length));
    for (const { text, open } of suffixes) args.push(text, open ? '1' : '0');
  }
  return args.map((arg) => Buffer.from(arg, 'latin1'));
}

/** Bytes as a Lua pattern that matches just them: % before whatever is no letter or digit, %z for NUL. */
function luaEscape(binary: string): string {
  return binary.replace(/[^A-Za-z0-9]/g, (c) => (c === '\0' ? '%z' : `%${c}`));
}
