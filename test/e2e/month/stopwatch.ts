import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Makes durations exact: within `run`, performance.now() stands still but for what `take` adds, also where work of several
 * is under way at once. Outside it goes on as ever. Put it back with `restore`.
 */
export class Stopwatch {
  readonly #context = new AsyncLocalStorage<{ nowMs: number }>();
  readonly #real = performance.now.bind(performance);

  constructor() {
    performance.now = () => this.#context.getStore()?.nowMs ?? this.#real();
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    return this.#context.run({ nowMs: this.#real() }, work);
  }

  /** So much time passes for who asks. */
  take(ms: number): void {
    const store = this.#context.getStore();
    if (store !== undefined) store.nowMs += ms;
  }

  restore(): void {
    // The platform's own lies on the prototype.
    Reflect.deleteProperty(performance, 'now');
  }
}
