import type { IssueCode } from '../../domain/detect/issue.js';
import { type NotePorts, noteCommand } from '../acts/note-command.js';

/** What became of a fix that was shown to somebody. */
export type Offer = 'offered' | 'taken' | 'declined';

/** Notes in the log that a fix was offered, taken or declined, as `noteCommand` does. */
export async function noteOffer(
  ports: NotePorts,
  fix: { companyId: string; code: IssueCode },
  offer: Offer,
  actor: string,
): Promise<void> {
  await noteCommand(ports, fix.companyId, { command: 'fix', issue: fix.code, outcome: offer }, actor);
}
