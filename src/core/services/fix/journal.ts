import { randomBytes } from 'node:crypto';
import { fixIdOf } from '../../domain/fix/fix-id.js';
import type { FixRecord, FixStep } from '../../domain/fix.js';
import { RcmError } from '../../errors.js';
import type { Lease } from '../../redis/lease.js';
import type { Act } from '../acts/act-log.js';
import { assertLocked } from './lock.js';
import type { FixPorts } from './ports.js';

const TRIES = 5;

/** Writes a new record under an id that no other has. @throws RCM_STORE_*, RCM_MONGODB_* */
export async function insertFix(
  { store }: FixPorts,
  fix: Omit<FixRecord, 'fixId' | 'version'>,
  random: () => Uint8Array = () => randomBytes(6),
): Promise<FixRecord> {
  for (let tries = 1; ; tries += 1) {
    const record = { ...fix, fixId: fixIdOf(random()), version: 1 };
    try {
      await store.fixes.insert(record);
      return record;
    } catch (error) {
      if (!(error instanceof RcmError) || error.code !== 'RCM_CONFLICT' || tries === TRIES) throw error;
    }
  }
}

/** A fix that is worked on, under its company's lock: each change of its record is written before what follows. */
export class OpenFix {
  readonly warnings: string[] = [];

  readonly ports: FixPorts;

  constructor(
    ports: FixPorts,
    public record: FixRecord,
    readonly act: Act,
    /** null: only to look. */
    readonly lease: Lease | null,
  ) {
    this.ports = withTemplatesOf(record, ports);
  }

  get companyId(): string {
    return this.record.companyId;
  }

  /** @throws RCM_CONFLICT when another process was at it, or the lock was lost; RCM_STORE_*, RCM_MONGODB_* */
  async save(change: Partial<FixRecord>): Promise<void> {
    if (this.lease === null) throw new TypeError('a fix that is only looked at is not written');
    assertLocked(this.lease);
    this.record = await this.ports.store.fixes.update({ ...this.record, ...change });
  }

  step(place: number): FixStep {
    return this.record.steps[place] as FixStep;
  }

  saveStep(place: number, change: Partial<FixStep>): Promise<void> {
    const steps = this.record.steps.map((step, i) => (i === place ? { ...step, ...change } : step));
    return this.save({ steps });
  }
}

/** Whoever goes on with a fix, or undoes it, means the keys that it meant, however this process is configured. */
function withTemplatesOf({ before }: FixRecord, ports: FixPorts): FixPorts {
  const { keyTemplates } = before;
  if (!Array.isArray(keyTemplates)) return ports;
  return { ...ports, config: { ...ports.config, keyTemplates: keyTemplates as string[] } };
}
