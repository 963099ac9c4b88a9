import type { Cluster, Redis } from 'ioredis';
import { isCluster } from './connections.js';

/** What became of a command: answered, refused (it did nothing), or cut off (nobody knows). */
export type Outcome = { kind: 'done'; reply: unknown } | { kind: 'refused' | 'unknown'; error: Error };

interface Entry {
  command: (string | number)[];
  settle: ((outcome: Outcome) => void) | null;
}

/** Commands for many companies, sent in one pipeline; on a cluster in one pipeline a company, as its keys share a slot. */
export class Batch {
  readonly #byCompany = new Map<string, Entry[]>();

  add(companyId: string, command: (string | number)[], settle: ((outcome: Outcome) => void) | null): void {
    const entry = { command, settle };
    const entries = this.#byCompany.get(companyId);
    if (entries === undefined) this.#byCompany.set(companyId, [entry]);
    else entries.push(entry);
  }

  get empty(): boolean {
    return this.#byCompany.size === 0;
  }

  /** Sends everything, tells each command's outcome, and returns the first error. */
  async send(redis: Redis | Cluster): Promise<Error | null> {
    const groups = isCluster(redis) ? [...this.#byCompany.values()] : [[...this.#byCompany.values()].flat()];
    const errors = await Promise.all(groups.map((group) => sendGroup(redis, group)));
    return errors.find((error) => error !== null) ?? null;
  }
}

async function sendGroup(redis: Redis | Cluster, entries: Entry[]): Promise<Error | null> {
  let replies: [Error | null, unknown][];
  try {
    replies = (await redis.pipeline(entries.map((entry) => entry.command)).exec()) ?? [];
  } catch (error) {
    replies = entries.map(() => [error as Error, null]);
  }
  let first: Error | null = null;
  entries.forEach((entry, i) => {
    const [error, reply] = replies[i] ?? [new Error('no reply'), null];
    first ??= error;
    entry.settle?.(
      error === null ? { kind: 'done', reply } : { kind: isRefusal(error) ? 'refused' : 'unknown', error },
    );
  });
  return first;
}

/** The server's own word, or ioredis saying that it sent nothing. */
function isRefusal(error: Error): boolean {
  return (
    error.name === 'ReplyError' ||
    /isn't writeable|Cluster isn't ready|Too many Cluster redirections/.test(error.message)
  );
}
