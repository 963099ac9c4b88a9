/** A command that did not answer within its time. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

interface Waiting {
  expiresAt: number;
  fail: (error: unknown) => void;
  previous: Waiting | null;
  next: Waiting | null;
}

/**
 * Bounds the time of many promises by one timer: all have the same time, so they expire in the order in which they
 * came, and a list from which each takes itself out costs far less than a timer for each.
 */
export class Deadlines {
  #oldest: Waiting | null = null;
  #newest: Waiting | null = null;
  #timer: NodeJS.Timeout | null = null;
  #onIdle: (() => void)[] = [];

  /** @param timeoutMs how long a promise may take */
  constructor(private readonly timeoutMs: number) {}

  /** The same promise, rejected with DeadlineError when it takes too long. @param now performance.now() */
  bound<T>(promise: Promise<T>, now: number): Promise<T> {
    return new Promise<T>((resolve, reject) => this.settle(promise, now, resolve, reject));
  }

  /**
   * As `bound`, for the path that must be fast: calls one of the two, once, and neither may throw.
   * @param now performance.now()
   */
  settle<T>(promise: Promise<T>, now: number, done: (value: T) => void, fail: (error: unknown) => void): void {
    const waiting: Waiting = { expiresAt: now + this.timeoutMs, fail, previous: this.#newest, next: null };
    if (this.#newest === null) this.#oldest = waiting;
    else this.#newest.next = waiting;
    this.#newest = waiting;
    if (this.#timer === null) this.#arm(this.timeoutMs);
    promise.then(
      (value) => {
        if (this.#remove(waiting)) done(value);
      },
      (error) => {
        if (this.#remove(waiting)) fail(error);
      },
    );
  }

  get empty(): boolean {
    return this.#oldest === null;
  }

  /** Resolves when nothing is waited for. */
  idle(): Promise<void> {
    if (this.#oldest === null) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Takes one out; false when it was out already. */
  #remove(waiting: Waiting): boolean {
    if (waiting.expiresAt === 0) return false;
    waiting.expiresAt = 0;
    if (waiting.previous === null) this.#oldest = waiting.next;
    else waiting.previous.next = waiting.next;
    if (waiting.next === null) this.#newest = waiting.previous;
    else waiting.next.previous = waiting.previous;
    if (this.#oldest === null && this.#onIdle.length > 0) for (const done of this.#onIdle.splice(0)) done();
    return true;
  }

  #arm(afterMs: number): void {
    // Timers count from the event loop's time, which may lag: one millisecond more, and none fires too early.
    this.#timer = setTimeout(() => this.#expire(), afterMs + 1);
    this.#timer.unref();
  }

  #expire(): void {
    this.#timer = null;
    const now = performance.now();
    while (this.#oldest !== null && this.#oldest.expiresAt <= now) {
      const late = this.#oldest;
      this.#remove(late);
      late.fail(new DeadlineError(`Redis did not answer within ${this.timeoutMs} ms`));
    }
    // The timer stays armed while anything waits, and is not touched by each command.
    if (this.#oldest !== null) this.#arm(Math.max(0, this.#oldest.expiresAt - now));
  }
}
