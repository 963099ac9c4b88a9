import type { Redis } from 'ioredis';
import { sleep } from '../../sleep.js';
import { LoadSensor } from './load-sensor.js';
import { Pacer, type StepCost } from './pacer.js';

export interface ThrottleOptions {
  /** Most keys per second. */
  maxRate?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Keeps what we do to one server from being felt (DESIGN §8): whoever sends it work reports here, and waits for its turn. */
export class Throttle {
  readonly pacer: Pacer;
  readonly #sensor: LoadSensor;
  readonly #signal: AbortSignal | undefined;
  readonly #startedAt = performance.now();

  private constructor(redis: Redis, options: ThrottleOptions) {
    this.pacer = new Pacer(options.maxRate);
    this.#sensor = new LoadSensor(redis);
    this.#signal = options.signal;
  }

  /** A throttle that knows the server's load. */
  static async of(redis: Redis, options: ThrottleOptions): Promise<Throttle> {
    const throttle = new Throttle(redis, options);
    await throttle.#look(performance.now());
    return throttle;
  }

  /** false where the server does not tell its load: everything goes gently then. */
  get loadKnown(): boolean {
    return this.#sensor.available;
  }

  /** Requests of ours that are about to be sent: they must not be taken for other clients'. */
  sent(requests: number): void {
    this.#sensor.sent(requests);
  }

  /** What a step of a scan cost: the next ones are sized by it. */
  report(cost: StepCost): void {
    this.pacer.report(cost);
  }

  /** Server time spent beside the scan's steps: the next pause makes up for it. */
  spent(serverUs: number): void {
    this.pacer.spent(serverUs);
  }

  /** @throws the signal's reason when it is aborted */
  assertWanted(): void {
    this.#signal?.throwIfAborted();
  }

  /** Waits until the server may be asked again. @throws the signal's reason when it is aborted */
  async turn(): Promise<void> {
    this.assertWanted();
    const now = performance.now();
    if (this.#sensor.due(now)) await this.#look(now);
    const pause = this.pacer.pauseMs(now - this.#startedAt);
    if (pause > 0) await sleep(pause, this.#signal);
    this.pacer.rested();
  }

  async #look(now: number): Promise<void> {
    this.pacer.observe(await this.#sensor.poll(now));
  }
}
