import type { BackupWriter } from '../../backup/writer.js';
import type { KeyFilter } from '../../domain/key-filter.js';
import type { KeyInfo } from '../../redis/keys/key-info.js';
import type { Pace } from '../../redis/removal/chunks.js';
import { KeyDumper } from '../../redis/removal/dump-keys.js';
import type { ReadLimits } from '../../redis/removal/read-limits.js';
import type { DumpedKey, Reading } from '../../redis/removal/reading.js';
import { KeyRemover } from '../../redis/removal/remove-keys.js';
import { UnchangedRemover } from '../../redis/removal/remove-unchanged.js';
import type { ScanNode } from '../../redis/scan/keyspace-scan.js';
import type { RemovalTally } from './tally.js';

/** How often a key that is written while it is backed up is read again. */
const TRIES = 3;

/** Removes keys of one server at once. */
export function plainRemover(
  { redis }: ScanNode,
  pace: Pace,
  tally: RemovalTally,
): (keys: readonly KeyInfo[]) => Promise<void> {
  const remover = new KeyRemover(redis, pace);
  return (keys) =>
    remover.remove(keys, (key, bytes) => {
      if (bytes !== null) tally.add(key.companyId, 1, bytes);
    });
}

/** What keys are saved before they go. */
export interface Saving {
  writer: BackupWriter;
  limits: ReadLimits;
  /** How the keys were chosen: one that was written since is read again only while it may still be meant. */
  filter: KeyFilter;
}

/** Removes keys of one server, each only after the backup holds it as it is. */
export class SavingRemover {
  readonly #dumper: KeyDumper;
  readonly #remover: UnchangedRemover;

  constructor(
    { redis }: ScanNode,
    pace: Pace,
    private readonly tally: RemovalTally,
    private readonly saving: Saving,
  ) {
    this.#dumper = new KeyDumper(redis, pace, saving.limits);
    // What a chunk of the dumper holds is within the cap already.
    this.#remover = new UnchangedRemover(redis, { ...pace, cap: pace.cap.shared() });
  }

  /** Reads, saves and removes; what is written meanwhile is read again, a few times. */
  async remove(keys: readonly KeyInfo[], tries = TRIES): Promise<void> {
    const { largerThanBytes = -1 } = this.saving.filter;
    const changed: KeyInfo[] = [];
    await this.#dumper.dump(keys, async (readings) => {
      const meant = readings.filter((reading) => !isDumped(reading) || reading.bytes > largerThanBytes);
      changed.push(...(await this.#saveAndRemove(meant)));
    });
    await this.#again(changed, tries - 1);
  }

  /** Saves and removes what was read. */
  async removeRead(readings: readonly Reading[]): Promise<void> {
    await this.#again(await this.#saveAndRemove(readings), TRIES - 1);
  }

  async #again(changed: readonly KeyInfo[], tries: number): Promise<void> {
    // What was just written is not unused any more.
    if (changed.length === 0 || this.saving.filter.idleSeconds !== undefined) return;
    if (tries > 0) await this.remove(changed, tries);
    else this.tally.changed += changed.length;
  }

  /** Returns those that were written since they were read. */
  async #saveAndRemove(readings: readonly Reading[]): Promise<KeyInfo[]> {
    const dumped = readings.filter(isDumped);
    for (const reading of readings)
      if (!isDumped(reading) && reading.missing === 'too large') this.tally.leftTooLarge(reading.info);
    const changed: KeyInfo[] = [];
    if (dumped.length === 0) return changed;
    await this.saving.writer.append(dumped.map(entryOf));
    await this.#remover.remove(dumped, ({ info, bytes }, fate) => {
      if (fate === 'removed') this.tally.add(info.companyId, 1, bytes);
      else if (fate === 'changed') changed.push(info);
    });
    return changed;
  }
}

function entryOf({ info, type, expiresAtMs, bytes, dump }: DumpedKey) {
  return { key: info.key, type, expiresAtMs, bytes, dump };
}

function isDumped(reading: Reading): reading is DumpedKey {
  return 'dump' in reading;
}
