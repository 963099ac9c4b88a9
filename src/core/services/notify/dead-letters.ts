import type { ActivityEntry } from '../../domain/activity.js';
import type { Change, Message } from '../../domain/notify/message.js';
import { mostUrgentFirst, subjectOf } from '../../domain/notify/message.js';
import { countsOf } from '../../domain/notify/payloads.js';
import { shownTarget, type Target } from '../../domain/notify/target.js';
import { messageOf } from '../../errors.js';
import type { Store } from '../../store/store.js';
import { keepUnlogged } from '../acts/unlogged.js';

/** As many issues are named in the record of a message. */
const MOST_NAMED = 100;

/** A message that could not be delivered, for the log: no secret of the target is in it. */
export function deadLetter(
  target: Target,
  message: Message,
  { attempts, error }: { attempts: number; error: string },
  timestamp: Date,
): ActivityEntry {
  const name = ({ companyId, code, kind }: Change) => ({ companyId, code, kind });
  return {
    companyId: '',
    timestamp,
    eventType: 'notify',
    key: null,
    details: {
      target: target.name,
      type: target.type,
      to: shownTarget(target),
      subject: subjectOf(message),
      delivery: message.id,
      ...countsOf(message.changes),
      issues: mostUrgentFirst(message.changes).slice(0, MOST_NAMED).map(name),
      attempts,
      error,
    },
    metadata: {},
  };
}

/**
 * Keeps a dead letter in the log, or, where the store cannot be written, beside the state file until it can. Never throws.
 * @returns a warning where it could be kept nowhere
 */
export async function keepDeadLetter(store: Store, entry: ActivityEntry, unlogged: string): Promise<string | null> {
  try {
    await store.activity.append([entry]);
    return null;
  } catch {
    try {
      keepUnlogged(unlogged, [entry]);
      return null;
    } catch (error) {
      return `That ${entry.details.target} could not be told is recorded nowhere: ${messageOf(error)}`;
    }
  }
}
