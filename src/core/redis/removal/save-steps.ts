import { decode } from '@msgpack/msgpack';
import type { Redis } from 'ioredis';
import type { KeyFilter } from '../../domain/key-filter.js';
import type { KeyInfo } from '../keys/key-info.js';
import type { KeySelection } from '../keys/selection.js';
import { type BaseStep, driveScan, type Stepper } from '../scan/drive.js';
import type { Pacer } from '../scan/pacer.js';
import type { Throttle } from '../scan/throttle.js';
import { runReadOnly } from '../script.js';
import { MOST_DUMPED_BYTES, type ReadLimits } from './read-limits.js';
import type { Reading } from './reading.js';
import { SAVE_STEP } from './save-step.lua.js';
import { selectionArgs } from './sweep.js';

/** What one step read, and keys that it only found. */
export interface SaveStep extends BaseStep {
  readings: Reading[];
  named: KeyInfo[];
}

/** See the output of SAVE_STEP. */
type Reply = [Buffer, number, number, number, Buffer[], Buffer[], Buffer, Buffer[]];

/**
 * Reads the selected keys of one server for a backup, found and dumped inside the server (`canSweep`), step by step.
 * @throws what Redis says; the signal's reason when it is aborted
 */
export function saveSteps(
  redis: Redis,
  selection: KeySelection,
  filter: KeyFilter,
  throttle: Throttle,
  limits: ReadLimits,
): AsyncGenerator<SaveStep, void, undefined> {
  const { bytes, elements, dumpBytes } = limits;
  const args = [selection.scanGlob, MOST_DUMPED_BYTES, bytes, elements, dumpBytes];
  const rest = [...args, ...selectionArgs(selection, filter)];
  const step = async (cursor: string, pacer: Pacer): Promise<SaveStep> => {
    const { count, maxScans, budgetUs } = pacer.plan();
    const reply = await runReadOnly(redis, SAVE_STEP, [], [cursor, count, maxScans, budgetUs, ...rest]);
    return stepOf(reply as Reply, selection, count);
  };
  const stepper: Stepper<SaveStep> = { requestsPerStep: 1, step };
  return driveScan(stepper, throttle, { ahead: true });
}

function stepOf(reply: Reply, selection: KeySelection, count: number): SaveStep {
  const [next, serverUs, scans, keys, names, dumps, packed, named] = reply;
  const [types, expiries, sizes] = decode(packed) as [string[], number[], number[]];
  const readings: Reading[] = [];
  for (let i = 0; i < names.length; i += 1) {
    const info = infoOf(selection, names[i] as Buffer);
    if (info === null) continue;
    const [bytes = -2, type = '', expiresAtMs = -1] = [sizes[i], types[i], expiries[i]];
    readings.push(
      bytes < 0 ? { info, missing: 'too large' } : { info, type, expiresAtMs, bytes, dump: dumps[i] as Buffer },
    );
  }
  const left = named.map((key) => infoOf(selection, key)).filter((info) => info !== null);
  return { cursor: next.toString(), serverUs, scans, keys, visited: count * scans, readings, named: left };
}

function infoOf(selection: KeySelection, key: Buffer): KeyInfo | null {
  const found = selection.find(key);
  if (found === null) return null;
  const { companyId, rest } = found;
  return { key, companyId, rest, bytes: null, type: null, ttlMs: null, idleSeconds: null };
}
