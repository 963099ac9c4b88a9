import { sleep } from '../../sleep.js';

/** The most keys that one request names. */
const MOST_KEYS = 512;

/** A cap on keys per second, for one server. */
export class RateCap {
  /** The most keys of one request: those of a twentieth of a second. */
  readonly mostKeys: number;
  readonly #perSecond: number;
  readonly #startedAt = performance.now();
  #done = 0;

  /** @param perSecond Infinity for no cap */
  constructor(perSecond = Number.POSITIVE_INFINITY) {
    this.#perSecond = perSecond;
    this.mostKeys = Math.max(1, Math.min(MOST_KEYS, Math.floor(perSecond / 20)));
  }

  /** For work within what is capped already. */
  shared(): RateCap {
    return new RateCap();
  }

  /** Waits until so many more keys are within the cap. @throws the signal's reason when it is aborted */
  async after(keys: number, signal: AbortSignal | undefined): Promise<void> {
    this.#done += keys;
    if (!Number.isFinite(this.#perSecond)) return;
    const early = (this.#done / this.#perSecond) * 1000 - (performance.now() - this.#startedAt);
    if (early > 0) await sleep(early, signal);
  }
}
