import { ObservedTally } from '../../domain/observe/tally.js';
import type { Discarded, IntervalOutcome, NodeObserver } from '../../redis/observe/node-observer.js';
import type { ObservedNodeReport } from './report.js';

/** What was seen of one server, interval by interval. */
export class NodeTally {
  readonly tally = new ObservedTally();
  seconds = 0;
  good = 0;
  readonly discarded: Record<Discarded, number> = { connection: 0, setting: 0, 'too-much': 0 };
  readonly #percents: number[] = [];
  readonly #latencies: number[] = [];
  readonly #rates: number[] = [];
  #largestBuffer: number | null = null;

  constructor(readonly observer: NodeObserver) {}

  add(outcome: IntervalOutcome): void {
    const { percent, bufferBytes } = outcome.burden;
    if (percent !== null) this.#percents.push(percent);
    if (outcome.latencyMs !== null) this.#latencies.push(outcome.latencyMs);
    if (outcome.commandsPerSecond !== null) this.#rates.push(outcome.commandsPerSecond);
    if (bufferBytes !== null) this.#largestBuffer = Math.max(this.#largestBuffer ?? 0, bufferBytes);
    if (outcome.discarded !== null) {
      this.discarded[outcome.discarded] += 1;
      return;
    }
    this.good += 1;
    this.seconds += outcome.seconds;
    this.tally.add(outcome.tally);
  }

  get discardedCount(): number {
    return Object.values(this.discarded).reduce((sum, n) => sum + n, 0);
  }

  report(): ObservedNodeReport {
    const { baseline } = this.observer.watch;
    return {
      node: this.observer.node.label,
      good: this.good,
      discarded: { ...this.discarded },
      overhead: {
        percent: mean(this.#percents),
        largestPercent: this.#percents.length === 0 ? null : Math.max(...this.#percents),
        latencyMs: { before: baseline.latencyMs, during: middle(this.#latencies) },
        largestBufferBytes: this.#largestBuffer,
        commandsPerSecond: { before: baseline.use?.commandsPerSecond ?? null, during: mean(this.#rates) },
      },
    };
  }
}

function mean(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
}

function middle(numbers: readonly number[]): number | null {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? null;
}
