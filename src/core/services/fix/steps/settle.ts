import { SECOND_MS } from '../../../domain/units.js';
import { sleep } from '../../../sleep.js';
import type { StepExecutor } from './step.js';

/** Waits until every application has seen the policy: what is cleared before that could be stored again in the old way. */
export const settleStep: StepExecutor = {
  destroys: false,
  prepare: async () => ({}),
  async apply(fix, place) {
    const { signal } = fix.ports;
    const seconds = Number(fix.step(place).params?.seconds ?? 0);
    if (seconds > 0) await sleep(seconds * SECOND_MS, signal);
  },
  assertUndoable: async () => undefined,
  undo: async () => ({}),
};
