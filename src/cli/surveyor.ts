import { parseDuration } from '../core/domain/window.js';
import type { RcmError } from '../core/errors.js';
import { surveyFromSnapshot } from '../core/services/companies/from-snapshot.js';
import { type Survey, survey } from '../core/services/companies/survey.js';
import type { Ports } from '../core/services/ports.js';
import type { Store } from '../core/store/store.js';
import type { Context } from './context.js';
import { scanProgress } from './progress.js';

export interface SurveyFlags {
  exact: boolean;
  'allow-slow': boolean;
  'max-rate'?: number | undefined;
  fresh: boolean;
  'from-snapshot': boolean;
}

/** Measures the platform as the flags want it, once or again and again over one pair of connections. */
export class Surveyor {
  #ports: Ports | undefined;
  #store: Store | undefined;

  constructor(
    private readonly context: Context,
    private readonly flags: SurveyFlags,
  ) {}

  /** @throws RCM_REDIS_*; with --from-snapshot RCM_SNAPSHOT_MISSING and what the store throws */
  async survey(): Promise<Survey> {
    const { config } = this.context.loaded;
    if (this.flags['from-snapshot']) {
      this.#store ??= await this.context.store();
      return surveyFromSnapshot(this.#store, config, new Date());
    }
    this.#ports ??= await this.context.ports();
    const progress = scanProgress(process.stderr);
    try {
      const { exact, fresh, 'allow-slow': allowSlow, 'max-rate': maxRate } = this.flags;
      const ports = progress.onProgress ? { ...this.#ports, onProgress: progress.onProgress } : this.#ports;
      return await survey(ports, parseDuration(config.window) as number, {
        exact,
        fresh,
        allowSlow,
        ...(maxRate === undefined ? {} : { maxRate }),
      });
    } finally {
      progress.done();
    }
  }

  /** What the survey was made with. Redis is null when a snapshot was looked at. */
  used(): { store: Store | RcmError; redis: Ports['redis'] | null } {
    const store = this.#store ?? this.#ports?.store;
    if (store === undefined) throw new Error('nothing was surveyed yet');
    return { store, redis: this.#ports?.redis ?? null };
  }
}
