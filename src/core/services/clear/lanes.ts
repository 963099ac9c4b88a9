/** Runs tasks beside each other, so many at a time; after the first failure none begins. */
export class Lanes {
  readonly #running = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];

  /** Begins a task as soon as there are fewer than `most`, and returns then. @throws as `drain` when an earlier task failed */
  async add(most: number, task: () => Promise<void>): Promise<void> {
    while (this.#running.size >= most) await Promise.race(this.#running);
    if (this.#failures.length > 0) return this.drain();
    const running: Promise<void> = task()
      .catch((error: unknown) => {
        this.#failures.push(error);
      })
      .finally(() => {
        this.#running.delete(running);
      });
    this.#running.add(running);
  }

  /** Waits until none is under way. @throws what a task threw; AggregateError when several failed */
  async drain(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#failures.length > 1) throw new AggregateError(this.#failures);
    if (this.#failures.length > 0) throw this.#failures[0];
  }
}
