import type { Redis } from 'ioredis';
import type { Stepper } from '../scan/drive.js';
import { type Pacer, visitingAtMost } from '../scan/pacer.js';
import { askKeys } from './ask-keys.js';
import type { KeyDetail, KeyStep } from './key-info.js';
import type { KeySelection } from './selection.js';

/** Steps by SCAN and pipelined commands, for servers that refuse scripts. */
export class KeyPipelineStepper implements Stepper<KeyStep> {
  readonly requestsPerStep = 3;
  readonly #redis: Redis;
  readonly #selection: KeySelection;
  readonly #details: readonly KeyDetail[];

  constructor(
    redis: Redis,
    selection: KeySelection,
    details: readonly KeyDetail[],
    private readonly mostVisits = () => Number.POSITIVE_INFINITY,
  ) {
    this.#redis = redis;
    this.#selection = selection;
    this.#details = details;
  }

  async step(cursor: string, pacer: Pacer): Promise<KeyStep> {
    const { count } = visitingAtMost(pacer.planSingle(), this.mostVisits());
    const reply = await this.#redis.callBuffer('SCAN', cursor, 'MATCH', this.#selection.scanGlob, 'COUNT', count);
    const [next, names] = reply as [Buffer, Buffer[]];
    const own = names.map((name) => this.#selection.find(name)).filter((key) => key !== null);
    const found = await askKeys(this.#redis, own, this.#details);
    return { cursor: next.toString(), serverUs: 0, scans: 1, keys: names.length, visited: count, found };
  }
}
