import type { Config } from '../../config/schema.js';
import type { Store } from '../../store/store.js';

/** What a note is written with: a store that cannot be opened keeps none. */
export interface NotePorts {
  store: Pick<Store, 'activity'>;
  config: Pick<Config, 'logCommands'>;
  clock: () => Date;
}

/**
 * Notes in the log that somebody looked at a company or was offered something there, unless `logCommands` is off. A note
 * that cannot be written is none: nothing was changed that somebody would have to know of.
 */
export async function noteCommand(
  { store, config, clock }: NotePorts,
  companyId: string,
  details: { command: string } & Record<string, string>,
  actor: string,
): Promise<void> {
  if (!config.logCommands) return;
  const entry = { companyId, timestamp: clock(), eventType: 'command' as const, key: null, details };
  await store.activity.append([{ ...entry, metadata: { actor } }]).catch(() => undefined);
}
