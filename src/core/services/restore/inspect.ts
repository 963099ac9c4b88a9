import { alteredAt, invalidBackup } from '../../backup/format.js';
import { BackupReader, type CheckedBackup } from '../../backup/reader.js';
import type { BackupEntry } from '../../domain/backup-entry.js';
import type { RcmError } from '../../errors.js';
import { displayBytes, KeyTemplates } from '../../redis/key-template.js';

/** A backup that was read through and found whole. Close its reader. */
export interface InspectedBackup {
  reader: BackupReader;
  checked: CheckedBackup;
  /** Keys by company, as the key templates tell them; '' for keys of none. */
  keysOf: ReadonlyMap<string, number>;
}

/**
 * Reads a backup through, before anything is restored.
 * @param salvage take the whole batches of a file that breaks off
 * @throws RCM_BACKUP_INVALID when it is altered, or truncated and not to be salvaged
 */
export async function inspectBackup(
  file: string,
  keyTemplates: readonly string[],
  salvage: boolean,
): Promise<InspectedBackup> {
  const companyOf = companyReader(keyTemplates);
  const keysOf = new Map<string, number>();
  const reader = await BackupReader.open(file);
  try {
    const checked = await reader.check((entry) => {
      const companyId = companyOf(entry);
      keysOf.set(companyId, (keysOf.get(companyId) ?? 0) + 1);
    });
    if ((checked.end === null || checked.damage !== null) && !salvage) throw notWhole(file, checked);
    return { reader, checked, keysOf };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

function notWhole(file: string, { damage, keys }: CheckedBackup): RcmError {
  const whole = `What is whole of it, ${keys} keys, can be put back with --salvage.`;
  if (damage === null || (damage.kind === 'cut' && !damage.framesFollow))
    return invalidBackup(file, 'it breaks off', `Nothing was restored. ${whole}`);
  return invalidBackup(file, alteredAt(damage.at), `Nothing was restored. Take another copy of the file. ${whole}`);
}

/** Tells the company of a key; '' for none. */
export function companyReader(keyTemplates: readonly string[]): (entry: BackupEntry) => string {
  const templates = new KeyTemplates(keyTemplates);
  return ({ key }) => {
    const id = templates.match(key.toString('latin1'));
    return id === null ? '' : displayBytes(id);
  };
}
