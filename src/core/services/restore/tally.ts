import type { BackupEntry } from '../../domain/backup-entry.js';
import { displayBytes } from '../../redis/key-template.js';
import type { RestoreFate } from '../../redis/removal/restore-keys.js';

const MOST_EXAMPLES = 10;

/** What was put back and what was not, added up as it happens. */
export class RestoreTally {
  readonly companies = new Map<string, { keys: number; bytes: number }>();
  keys = 0;
  bytes = 0;
  expired = 0;
  existing = 0;
  /** Of this tool's own state. */
  own = 0;
  /** Copies of keys that stand again later in the file. */
  older = 0;
  failed = 0;
  readonly failures: { key: string; reason: string }[] = [];
  uncertain = 0;
  /** Those of the failed that are too long to be sent. */
  tooLong = 0;

  /** Counts one key; its error when no other would fare better. */
  add(entry: BackupEntry, companyId: string, fate: RestoreFate): unknown {
    if (fate.kind === 'restored') this.#restored(entry, companyId);
    else if (fate.kind === 'existing') this.existing += 1;
    else if (fate.kind === 'failed') this.#failed(entry, fate.reason);
    else {
      if (fate.kind === 'unknown') this.uncertain += 1;
      return fate.error;
    }
    return null;
  }

  /** Counts a key that cannot even be sent. @param reason null when it can */
  takes(entry: BackupEntry, reason: string | null): boolean {
    if (reason === null) return true;
    this.tooLong += 1;
    this.#failed(entry, reason);
    return false;
  }

  #restored({ bytes }: BackupEntry, companyId: string): void {
    const sum = this.companies.get(companyId) ?? { keys: 0, bytes: 0 };
    sum.keys += 1;
    sum.bytes += bytes;
    this.companies.set(companyId, sum);
    this.keys += 1;
    this.bytes += bytes;
  }

  #failed({ key }: BackupEntry, reason: string): void {
    this.failed += 1;
    if (this.failures.length < MOST_EXAMPLES) this.failures.push({ key: displayBytes(key.toString('latin1')), reason });
  }
}
