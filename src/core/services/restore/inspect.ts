import { NameHashes } from '../../backup/copies.js';
import { alteredAt, invalidBackup } from '../../backup/format.js';
import { BackupReader, type CheckedBackup, type Damage } from '../../backup/reader.js';
import type { BackupEntry } from '../../domain/backup-entry.js';
import type { RcmError } from '../../errors.js';
import { displayBytes, KeyTemplates } from '../../redis/key-template.js';
import { showKey } from '../../redis/keys/key-argument.js';
import { NAMESPACE } from '../../redis/namespace.js';

const MOST_EXAMPLES = 5;

/** A backup that was read through and found whole. Close its reader. */
export interface InspectedBackup {
  reader: BackupReader;
  checked: CheckedBackup;
  /** Keys by company, as the key templates tell them; '' for keys of none. */
  keysOf: ReadonlyMap<string, number>;
  /** For `LastCopies`. */
  repeated: ReadonlySet<number>;
  /** What somebody should know before it is restored. */
  warnings: readonly string[];
}

/**
 * Reads a backup through, before anything is restored.
 * @param salvage take what stands before the place where a file breaks off or is damaged
 * @throws RCM_BACKUP_INVALID when nothing of it is usable, or it is not whole and not to be salvaged
 */
export async function inspectBackup(
  file: string,
  keyTemplates: readonly string[],
  salvage: boolean,
): Promise<InspectedBackup> {
  const companyOf = companyReader(keyTemplates);
  const keysOf = new Map<string, number>();
  const names = new NameHashes();
  const [own, foreign] = [new Named(), new Named()];
  const reader = await BackupReader.open(file);
  try {
    const checked = await reader.check((entry) => {
      names.add(entry.key);
      if (isOwn(entry.key)) return own.add(entry.key);
      const companyId = companyOf(entry);
      if (companyId === '') foreign.add(entry.key);
      keysOf.set(companyId, (keysOf.get(companyId) ?? 0) + 1);
    });
    if ((checked.end === null || checked.damage !== null) && !salvage) throw notWhole(file, checked);
    const warnings = [
      ...ignored(checked.damage),
      ...own.told((n) => `${n} of ${NAMESPACE}, which rcm keeps its own state under, are not restored`),
      ...foreign.told((n) => `${n} belong to no company by the configured key templates`),
    ];
    return { reader, checked, keysOf, repeated: names.repeated(), warnings };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** Keys that a warning names. */
class Named {
  #count = 0;
  readonly #examples: string[] = [];

  add(key: Buffer): void {
    this.#count += 1;
    if (this.#examples.length < MOST_EXAMPLES) this.#examples.push(showKey(key));
  }

  told(text: (keys: string) => string): string[] {
    if (this.#count === 0) return [];
    const more = this.#count > this.#examples.length ? ', …' : '';
    const keys = `${this.#count.toLocaleString('en-US')} ${this.#count === 1 ? 'key' : 'keys'}`;
    return [`${text(keys)}: ${this.#examples.join(', ')}${more}.`];
  }
}

/** Whether a key is of this tool's own state, which no backup may overwrite. */
export function isOwn(key: Buffer): boolean {
  return key.toString('latin1', 0, NAMESPACE.length) === NAMESPACE;
}

function ignored(damage: Damage | null): string[] {
  if (damage === null) return [];
  const lost = damage.framesFollow ? ', whole batches among them: look for another copy of the file' : '';
  return [
    `The last ${damage.bytes.toLocaleString('en-US')} bytes of the file, from byte ${damage.at} on, are ignored${lost}.`,
  ];
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
