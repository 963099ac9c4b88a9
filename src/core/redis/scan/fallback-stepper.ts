import { isScriptingRefused } from '../script.js';
import type { BaseStep, Stepper } from './drive.js';
import type { Pacer } from './pacer.js';

/** Steps by script, and from the moment that the server refuses scripts by pipelined commands. */
export class FallbackStepper<S extends BaseStep> implements Stepper<S> {
  #current: Stepper<S>;
  #scripted = true;
  readonly #byCommands: () => Stepper<S>;
  readonly #onFallback: () => void;

  constructor(byScript: Stepper<S>, byCommands: () => Stepper<S>, onFallback: () => void) {
    this.#current = byScript;
    this.#byCommands = byCommands;
    this.#onFallback = onFallback;
  }

  get requestsPerStep(): number {
    return this.#current.requestsPerStep;
  }

  async step(cursor: string, pacer: Pacer): Promise<S> {
    try {
      return await this.#current.step(cursor, pacer);
    } catch (error) {
      if (!this.#scripted || !isScriptingRefused(error)) throw error;
      this.#scripted = false;
      this.#current = this.#byCommands();
      this.#onFallback();
      return this.#current.step(cursor, pacer);
    }
  }
}
