import { randomUUID } from 'node:crypto';
import { shownTarget, type Target } from '../../domain/notify/target.js';
import { untold } from './notify.js';
import type { Notification, NotifyTestReport } from './report.js';
import { send, testMessage } from './send.js';

/** Sends a test message, which says that it is one, to every target. @throws the signal's reason */
export async function testTargets(
  targets: readonly Target[],
  { clock, signal, pauseMs }: { clock: () => Date; signal?: AbortSignal; pauseMs?: number },
): Promise<NotifyTestReport> {
  const generatedAt = clock();
  const warnings: string[] = [];
  const notifications = await Promise.all(
    targets.map(async (target): Promise<Notification> => {
      const options = { signal, ...(pauseMs === undefined ? {} : { pauseMs }) };
      const { attempts, error, result } = await send(target, testMessage(randomUUID(), generatedAt), clock, options);
      if (error !== null) warnings.push(`${target.name} (${shownTarget(target)}) cannot be told: ${error}`);
      for (const address of result ?? [])
        warnings.push(`${target.name}: the mail server refused the recipient ${address}`);
      return { ...untold(target), outcome: error === null ? 'sent' : 'failed', attempts, error };
    }),
  );
  return { generatedAt, notifications, warnings };
}
