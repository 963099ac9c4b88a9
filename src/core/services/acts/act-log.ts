import { randomUUID } from 'node:crypto';
import type { ActivityEntry, ActivityType } from '../../domain/activity.js';
import { messageOf, RcmError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import { keepUnlogged } from './unlogged.js';

/** Who does something, and why. */
export interface Act {
  actor: string;
  reason: string | null;
}

export interface ActPart {
  companyId: string;
  key?: string | null;
  details: Record<string, unknown>;
}

/** Logs an act twice, as DESIGN §8 wants it: what is about to be done, before, and what was done, after. */
export class ActLog {
  readonly operationId = randomUUID();

  /** @param unlogged where the outcome is kept when the store cannot be written */
  constructor(
    private readonly store: Store,
    private readonly eventType: ActivityType,
    private readonly command: string,
    private readonly act: Act,
    private readonly clock: () => Date,
    private readonly unlogged: string,
  ) {}

  /** Before anything is changed. @throws RCM_STORE_*, RCM_MONGODB_*: then nothing may be changed */
  async intent(parts: readonly ActPart[]): Promise<void> {
    await this.store.activity.append(this.#entries('intent', parts));
  }

  /** What was done. Never throws: a store that cannot be written any more is told of, and the outcome kept for later. */
  async outcome(parts: readonly ActPart[]): Promise<RcmError | null> {
    const entries = this.#entries('outcome', parts);
    try {
      await this.store.activity.append(entries);
      return null;
    } catch (error) {
      return this.#keep(entries, error);
    }
  }

  #keep(entries: ActivityEntry[], error: unknown): RcmError {
    const code = error instanceof RcmError ? error.code : 'RCM_STORE_UNAVAILABLE';
    const what = `What was done could not be logged in ${this.store.location}: ${messageOf(error)}`;
    try {
      keepUnlogged(this.unlogged, entries);
      return new RcmError(code, what, `It is kept in ${this.unlogged}, and logged by the next command that can.`);
    } catch (cause) {
      return new RcmError(
        code,
        `${what}; nor could it be kept in ${this.unlogged}: ${messageOf(cause)}`,
        'Note it by hand.',
      );
    }
  }

  #entries(phase: 'intent' | 'outcome', parts: readonly ActPart[]): ActivityEntry[] {
    const timestamp = this.clock();
    const { actor, reason } = this.act;
    return parts.map(({ companyId, key = null, details }) => ({
      companyId,
      timestamp,
      eventType: this.eventType,
      key,
      details: { phase, operationId: this.operationId, command: this.command, ...details },
      metadata: { actor, ...(reason === null ? {} : { reason }) },
    }));
  }
}
