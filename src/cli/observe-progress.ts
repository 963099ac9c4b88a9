import { createLogUpdate } from 'log-update';
import { hitRate } from '../core/domain/hit-rate.js';
import type { ObserveProgress } from '../core/services/observe/request.js';
import { count, percent } from './views/figures.js';

/** A line on a terminal while it is observed, removed at the end. Nothing where stderr is no terminal. */
export function observeProgress(stream: NodeJS.WriteStream): {
  onProgress: ((progress: ObserveProgress) => void) | undefined;
  done(): void;
} {
  if (!stream.isTTY) return { onProgress: undefined, done: () => undefined };
  const draw = createLogUpdate(stream);
  return { onProgress: (progress) => draw(observeProgressText(progress)), done: () => draw.clear() };
}

/** e.g. `Observing: 12 of 30 s · 48,211 reads · 83.4% hits` */
export function observeProgressText({ elapsedMs, durationMs, reads, misses }: ObserveProgress): string {
  const rate = reads === 0 ? '' : ` · ${percent(hitRate(reads - misses, misses))} hits`;
  return `Observing: ${Math.round(elapsedMs / 1000)} of ${Math.round(durationMs / 1000)} s · ${count(reads)} reads${rate}`;
}
