import type { BackupWriter } from '../../backup/writer.js';
import type { KeyInfo } from '../../redis/keys/key-info.js';
import type { Pace } from '../../redis/removal/chunks.js';
import { KeyDumper } from '../../redis/removal/dump-keys.js';
import type { DumpedKey, Reading } from '../../redis/removal/reading.js';
import { KeyRemover } from '../../redis/removal/remove-keys.js';
import { UnchangedRemover } from '../../redis/removal/remove-unchanged.js';
import type { ScanNode } from '../../redis/scan/keyspace-scan.js';
import type { RemovalTally } from './tally.js';

/** How often a key that is written while it is backed up is read again. */
const TRIES = 3;

/** Removes keys of one server: at once, or each only after the backup holds it as it is. */
export function removerFor(
  { redis }: ScanNode,
  pace: Pace,
  tally: RemovalTally,
  backup: { writer: BackupWriter; allowSlow: boolean } | null,
): (keys: readonly KeyInfo[]) => Promise<void> {
  if (backup === null) {
    const remover = new KeyRemover(redis, pace);
    return (keys) =>
      remover.remove(keys, (key, bytes) => {
        if (bytes !== null) tally.add(key.companyId, 1, bytes);
      });
  }
  const dumper = new KeyDumper(redis, pace, backup.allowSlow);
  // What a chunk of the dumper holds is within the cap already.
  const remover = new UnchangedRemover(redis, { ...pace, cap: pace.cap.shared() });
  const saveAndRemove = async (keys: readonly KeyInfo[]): Promise<void> => {
    let left: readonly KeyInfo[] = keys;
    for (let tries = 0; tries < TRIES && left.length > 0; tries += 1) {
      const changed: KeyInfo[] = [];
      await dumper.dump(left, async (readings) => {
        const dumped = readings.filter(isDumped);
        for (const reading of readings)
          if (!isDumped(reading) && reading.missing === 'too large') tally.leftTooLarge(reading.info);
        if (dumped.length === 0) return;
        await backup.writer.append(dumped.map(({ info, ...rest }) => ({ key: info.key, ...rest })));
        await remover.remove(dumped, ({ info, bytes }, fate) => {
          if (fate === 'removed') tally.add(info.companyId, 1, bytes);
          else if (fate === 'changed') changed.push(info);
        });
      });
      left = changed;
    }
    tally.changed += left.length;
  };
  return async (keys) => {
    // While one half is written to disk, an idle server reads the other.
    const middle = pace.throttle.pacer.load === 'idle' ? Math.ceil(keys.length / 2) : keys.length;
    await together(saveAndRemove(keys.slice(0, middle)), saveAndRemove(keys.slice(middle)));
  };
}

/** Waits for both, also when one fails: nothing may be under way when the run ends. */
async function together(...halves: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(halves)).find((half) => half.status === 'rejected');
  if (failed) throw failed.reason;
}

function isDumped(reading: Reading): reading is DumpedKey {
  return 'dump' in reading;
}
