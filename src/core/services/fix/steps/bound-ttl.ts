import type { StepExecutor } from './step.js';

/** Gives keys without a TTL an end; undone, those that still are as the fix left them never expire again. */
export const boundTtlStep: StepExecutor = {
  destroys: false,
  prepare: async () => ({}),
  apply: async () => undefined,
  assertUndoable: async () => undefined,
  undo: async () => ({}),
};
