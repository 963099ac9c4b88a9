import type { Redis } from 'ioredis';
import type { KeyFilter } from '../../domain/key-filter.js';
import { displayBytes } from '../key-template.js';
import type { KeySelection } from '../keys/selection.js';
import { type BaseStep, driveScan, type Stepper } from '../scan/drive.js';
import type { Pacer } from '../scan/pacer.js';
import { luaPatterns } from '../scan/script-stepper.js';
import type { Throttle } from '../scan/throttle.js';
import { runWriting } from '../script.js';
import { fateOf, ReplyError } from './chunks.js';
import { SWEEP_STEP } from './sweep.lua.js';

/** What one step removed, by company. */
export interface SweepStep extends BaseStep {
  removed: { companyId: string; keys: number; bytes: number }[];
  /** What went wrong, and ended it; empty where nothing did. */
  failure: string;
}

/** More ids than this are not sent with every step. */
const MOST_IDS = 1000;

/** Whether a selection can be removed inside the server: all of it must be told by MATCH and by ids. */
export function canSweep(selection: KeySelection): boolean {
  return selection.ids !== null && selection.ids.length <= MOST_IDS && selection.serverDecides;
}

/**
 * Removes the selected keys of one server inside the server, step by step.
 * @throws UncertainRemoval when the connection breaks; what Redis says (scripts refused: nothing was removed)
 */
export async function* sweep(
  redis: Redis,
  selection: KeySelection,
  filter: KeyFilter,
  throttle: Throttle,
): AsyncGenerator<SweepStep, void, undefined> {
  const args = [selection.scanGlob, ...selectionArgs(selection, filter)];
  const stepper: Stepper<SweepStep> = {
    requestsPerStep: 1,
    step: (cursor, pacer) => sweepStep(redis, cursor, pacer, args),
  };
  for await (const step of driveScan(stepper, throttle, { ahead: true })) {
    yield step;
    if (step.failure !== '') throw new ReplyError(step.failure);
  }
}

/** Which keys a script takes, as SWEEP_STEP reads it: sizes and idle times, ids, patterns. */
export function selectionArgs(selection: KeySelection, filter: KeyFilter): (string | number | Buffer)[] {
  const ids = (selection.ids ?? []).map((id) => Buffer.from(id, 'latin1'));
  const least = [filter.largerThanBytes ?? -1, filter.idleSeconds ?? -1];
  return [...least, ids.length, ...ids, ...luaPatterns(selection.templates)];
}

async function sweepStep(
  redis: Redis,
  cursor: string,
  pacer: Pacer,
  rest: readonly (string | number | Buffer)[],
): Promise<SweepStep> {
  const { count, maxScans, budgetUs } = pacer.plan();
  const reply = await runWriting(redis, SWEEP_STEP, [], [cursor, count, maxScans, budgetUs, ...rest]).catch(
    (error: unknown) => {
      throw fateOf(error, count * maxScans);
    },
  );
  const [next, serverUs, scans, keys, failure, names, ...sums] = reply as [
    Buffer,
    number,
    number,
    number,
    Buffer,
    Buffer[],
    ...number[],
  ];
  const removed = names.map((name, i) => ({
    companyId: displayBytes(name.toString('latin1')),
    keys: sums[2 * i] ?? 0,
    bytes: sums[2 * i + 1] ?? 0,
  }));
  return {
    cursor: next.toString(),
    serverUs,
    scans,
    keys,
    visited: count * scans,
    removed,
    failure: failure.toString(),
  };
}
