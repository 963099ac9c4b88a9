import { type AccessEvent, type EventOp, keyHash, THRESHOLD_STEPS } from './access-event.js';
import { adaptSampling, INITIAL_SAMPLING, type Sampling, type StreamSight } from './event-sampling.js';

/** Events of one company kept in the process between two writes. */
const CAPACITY = 1024;

interface Buffered extends Omit<AccessEvent, 'threshold'> {
  hash: number;
  steps: number;
}

/** One company's access events until they are written, chosen by key hash under the threshold of the moment. */
export class EventBuffer {
  #events: Buffered[] = [];
  #sampling: Sampling = INITIAL_SAMPLING;
  /** Whether the threshold was once compared with what other processes write. */
  synced = false;

  get length(): number {
    return this.#events.length;
  }

  get threshold(): number {
    return this.#sampling.steps / THRESHOLD_STEPS;
  }

  chooses(key: string): boolean {
    return keyHash(key) >>> 8 < this.#sampling.steps;
  }

  /** Adds an access of a key that was chosen. */
  push(event: Omit<AccessEvent, 'threshold'>): void {
    this.#events.push({ ...event, hash: choiceOf(event), steps: this.#sampling.steps });
    if (this.#events.length > CAPACITY) this.#lowerUntilHalf();
  }

  adapt(sight: StreamSight, nowMs: number): void {
    this.synced = true;
    const before = this.#sampling.steps;
    this.#sampling = adaptSampling(this.#sampling, sight, nowMs);
    if (this.#sampling.steps < before) this.#dropAbove();
  }

  /** Everything buffered, oldest first, which is then no longer here. */
  drain(): AccessEvent[] {
    const events = this.#events;
    this.#events = [];
    return events.map(({ hash: _, steps, ...event }) => ({
      ...event,
      threshold: steps / THRESHOLD_STEPS,
    }));
  }

  /** Puts back what could not be written, before what came since. */
  putBack(events: readonly AccessEvent[]): void {
    const back = events.map(({ threshold, ...event }) => ({
      ...event,
      hash: choiceOf(event),
      steps: Math.round(threshold * THRESHOLD_STEPS),
    }));
    this.#events = [...back, ...this.#events];
    if (this.#events.length > CAPACITY) this.#lowerUntilHalf();
  }

  #lowerUntilHalf(): void {
    while (this.#events.length > CAPACITY / 2 && this.#sampling.steps > 1) {
      this.#sampling = { ...this.#sampling, steps: this.#sampling.steps >>> 1 };
      this.#dropAbove();
    }
    // A single key below every threshold: its newest accesses are kept.
    if (this.#events.length > CAPACITY / 2) this.#events = this.#events.slice(-CAPACITY / 2);
  }

  /** Keeps the promise that all accesses of a chosen key are there: what the lower threshold does not choose goes. */
  #dropAbove(): void {
    const { steps } = this.#sampling;
    this.#events = this.#events.filter((event) => event.hash < steps);
    for (const event of this.#events) if (event.steps > steps) event.steps = steps;
  }
}

/** What is compared with the threshold: a clear concerns every key, and is always kept. */
function choiceOf({ op, key }: { op: EventOp; key: string }): number {
  return op === 'clear' ? 0 : keyHash(key) >>> 8;
}
