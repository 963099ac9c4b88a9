import type { OpenFix } from '../journal.js';

export interface UndoOptions {
  /** Put cleared keys back. */
  withKeys: boolean;
  /** Also where somebody changed things since. */
  force: boolean;
}

/** How one kind of step is done and undone. Each may be repeated after it was interrupted anywhere, and comes to the same. */
export interface StepExecutor {
  /** Whether it takes away what only a backup brings back: once begun, it is finished rather than taken back. */
  destroys: boolean;
  /** What it needs to be undone, known before anything is changed. @throws what speaks against it */
  prepare(fix: OpenFix, place: number): Promise<Record<string, unknown>>;
  /** Does it, or the rest of it. @throws RcmError when it could not be done whole */
  apply(fix: OpenFix, place: number): Promise<void>;
  /** @throws RCM_CONFLICT when it may not be undone. Before anything is undone, of any step */
  assertUndoable(fix: OpenFix, place: number, options: UndoOptions): Promise<void>;
  /** Undoes it, or the rest of it. @returns what the report tells of it */
  undo(fix: OpenFix, place: number, options: UndoOptions): Promise<Undone>;
}

export interface Undone {
  restoredKeys?: number;
  restoredTtls?: number;
}
