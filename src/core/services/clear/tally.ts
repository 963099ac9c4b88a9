import { displayBytes } from '../../redis/key-template.js';
import type { KeyInfo } from '../../redis/keys/key-info.js';

const MOST_EXAMPLES = 10;

/** What was removed and what was left, added up as it happens. */
export class RemovalTally {
  readonly companies = new Map<string, { keys: number; bytes: number }>();
  keys = 0;
  bytes = 0;
  /** Keys whose answer never came. */
  uncertain = 0;
  /** Left alone: too large to be backed up, or written again and again while they were backed up. */
  readonly tooLarge: { count: number; examples: string[] } = { count: 0, examples: [] };
  changed = 0;

  add(companyId: string, keys: number, bytes: number): void {
    const sum = this.companies.get(companyId) ?? { keys: 0, bytes: 0 };
    sum.keys += keys;
    sum.bytes += bytes;
    this.companies.set(companyId, sum);
    this.keys += keys;
    this.bytes += bytes;
  }

  leftTooLarge({ key }: KeyInfo): void {
    this.tooLarge.count += 1;
    if (this.tooLarge.examples.length < MOST_EXAMPLES)
      this.tooLarge.examples.push(displayBytes(key.toString('latin1')));
  }
}
