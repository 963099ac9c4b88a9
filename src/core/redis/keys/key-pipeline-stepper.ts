import type { Redis } from 'ioredis';
import type { Stepper } from '../scan/drive.js';
import { type Pacer, visitingAtMost } from '../scan/pacer.js';
import { KEY_DETAILS, type KeyDetail, type KeyInfo, type KeyStep } from './key-info.js';
import type { CompanyKey, KeySelection } from './selection.js';

const COMMANDS: Record<KeyDetail, readonly string[]> = {
  bytes: ['MEMORY', 'USAGE'],
  type: ['TYPE'],
  ttl: ['PTTL'],
  idle: ['OBJECT', 'IDLETIME'],
};

/** Steps by SCAN and pipelined commands, for servers that refuse scripts. */
export class KeyPipelineStepper implements Stepper<KeyStep> {
  readonly requestsPerStep = 3;
  readonly #redis: Redis;
  readonly #selection: KeySelection;
  /** In the order in which measuring one does not change another. */
  readonly #details: readonly KeyDetail[];

  constructor(
    redis: Redis,
    selection: KeySelection,
    details: readonly KeyDetail[],
    private readonly mostVisits = () => Number.POSITIVE_INFINITY,
  ) {
    this.#redis = redis;
    this.#selection = selection;
    this.#details = KEY_DETAILS.filter((detail) => details.includes(detail));
  }

  async step(cursor: string, pacer: Pacer): Promise<KeyStep> {
    const { count } = visitingAtMost(pacer.planSingle(), this.mostVisits());
    const reply = await this.#redis.callBuffer('SCAN', cursor, 'MATCH', this.#selection.scanGlob, 'COUNT', count);
    const [next, names] = reply as [Buffer, Buffer[]];
    const own = names.map((name) => this.#selection.find(name)).filter((key) => key !== null);
    const found = await this.#ask(own);
    return { cursor: next.toString(), serverUs: 0, scans: 1, keys: names.length, visited: count, found };
  }

  async #ask(keys: readonly CompanyKey[]): Promise<KeyInfo[]> {
    const infos: KeyInfo[] = keys.map((key) => ({ ...key, bytes: null, type: null, ttlMs: null, idleSeconds: null }));
    const gone = new Set<KeyInfo>();
    if (infos.length === 0 || this.#details.length === 0) return infos;
    const pipeline = this.#redis.pipeline();
    for (const { key } of infos)
      for (const detail of this.#details) {
        const [name = '', ...words] = COMMANDS[detail];
        pipeline.callBuffer(name, ...(words as [string]), key as unknown as string);
      }
    const replies = (await pipeline.exec()) ?? [];
    replies.forEach(([error, value], n) => {
      const info = infos[Math.floor(n / this.#details.length)] as KeyInfo;
      const detail = this.#details[n % this.#details.length] as KeyDetail;
      // IDLETIME has no answer under an LFU policy, nor for a key that vanished.
      if (error !== null && detail !== 'idle') throw error;
      if (!fill(info, detail, error === null ? value : null)) gone.add(info);
    });
    return infos.filter((info) => !gone.has(info));
  }
}

/** false when the key has vanished. */
function fill(info: KeyInfo, detail: KeyDetail, value: unknown): boolean {
  if (detail === 'bytes') info.bytes = value as number | null;
  else if (detail === 'type') info.type = String(value);
  else if (detail === 'ttl') info.ttlMs = value as number;
  else info.idleSeconds = value as number | null;
  return (detail !== 'bytes' || value !== null) && info.type !== 'none' && info.ttlMs !== -2;
}
