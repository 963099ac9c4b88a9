/** Asks again and again, never twice at once: one source that is slow does not keep the others waiting. */
export class Poller<T> {
  #running = false;
  #taken: T[] = [];
  #error: { cause: unknown } | null = null;

  /** @param read reports its own failures; what it throws all the same is thrown by `take` */
  constructor(private readonly read: () => Promise<T[]>) {}

  /** Asks, unless an answer is still awaited. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.read()
      .then(
        (found) => {
          this.#taken = [...this.#taken, ...found];
        },
        (cause: unknown) => {
          this.#error = { cause };
        },
      )
      .finally(() => {
        this.#running = false;
      });
  }

  /** What was answered since the last time. @throws what `read` threw */
  take(): T[] {
    if (this.#error !== null) throw this.#error.cause;
    const taken = this.#taken;
    this.#taken = [];
    return taken;
  }
}
