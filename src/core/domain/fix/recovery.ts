import type { FixStep } from '../fix.js';

/**
 * Whether an interrupted fix is finished rather than taken back: when nothing is left to begin, or when a step has begun that
 * takes away what only a backup brings back.
 * @param destroys whether a step of this name does that
 */
export function isToBeFinished(steps: readonly FixStep[], destroys: (name: string) => boolean): boolean {
  return (
    steps.every((step) => step.done || step.begun === true) || steps.some((step) => step.begun && destroys(step.name))
  );
}
