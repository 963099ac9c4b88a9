import type { IssueCode } from '../../domain/detect/issue.js';
import type { FixPorts } from './ports.js';

/** What became of a fix that was shown to somebody. */
export type Offer = 'offered' | 'taken' | 'declined';

/** Notes in the log that a fix was offered, taken or declined, unless that is turned off. A note that cannot be written is none. */
export async function noteOffer(
  { store, config, clock }: FixPorts,
  fix: { companyId: string; code: IssueCode },
  offer: Offer,
  actor: string,
): Promise<void> {
  if (!config.logCommands) return;
  const details = { command: 'fix', issue: fix.code, outcome: offer };
  const entry = { companyId: fix.companyId, timestamp: clock(), eventType: 'command' as const, key: null, details };
  await store.activity.append([{ ...entry, metadata: { actor } }]).catch(() => undefined);
}
