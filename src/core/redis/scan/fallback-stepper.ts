import type { Redis } from 'ioredis';
import { isScriptingRefused } from '../script.js';
import type { Pacer } from './pacer.js';
import { PipelineStepper } from './pipeline-stepper.js';
import { ScriptStepper } from './script-stepper.js';
import type { Step, Stepper, StepperOptions } from './stepper.js';

/** Steps by script, and from the moment that the server refuses scripts by pipelined commands. */
export class FallbackStepper implements Stepper {
  #current: Stepper;
  readonly #redis: Redis;
  readonly #options: StepperOptions;
  readonly #onFallback: () => void;

  constructor(redis: Redis, options: StepperOptions, onFallback: () => void) {
    this.#redis = redis;
    this.#options = options;
    this.#onFallback = onFallback;
    this.#current = new ScriptStepper(redis, options);
  }

  get requestsPerStep(): number {
    return this.#current.requestsPerStep;
  }

  async step(cursor: string, pacer: Pacer): Promise<Step> {
    try {
      return await this.#current.step(cursor, pacer);
    } catch (error) {
      if (this.#current instanceof PipelineStepper || !isScriptingRefused(error)) throw error;
      this.#current = new PipelineStepper(this.#redis, this.#options);
      this.#onFallback();
      return this.#current.step(cursor, pacer);
    }
  }
}
