import type { Seen } from '../../domain/observe/figures.js';
import { RcmError } from '../../errors.js';
import type { NodeTally } from './node-tally.js';

/** What can be seen of every server: a sum that lacks a server's part would be too low. */
export function sightOf(tallies: readonly NodeTally[]): Seen {
  const all = (of: (sight: NodeTally['observer']['sight']) => boolean) => tallies.every((t) => of(t.observer.sight));
  return {
    reads: all((sight) => sight.reads),
    misses: all((sight) => sight.misses),
    expirations: all((sight) => sight.expirations),
    evictions: all((sight) => sight.evictions),
  };
}

/** @throws RCM_REDIS_FORBIDDEN, with what to grant, where neither reads nor misses can be seen */
export function assertSomethingIsSeen(tallies: readonly NodeTally[]): void {
  const seen = sightOf(tallies);
  if (seen.reads || seen.misses) return;
  const blind = tallies.find(({ observer }) => !observer.sight.reads && !observer.sight.misses) ?? tallies[0];
  const why = blind?.observer.refusals[0]?.slice(0, 120) ?? 'no key-miss events';
  throw new RcmError(
    'RCM_REDIS_FORBIDDEN',
    `Neither reads nor misses can be seen at ${blind?.observer.node.label}: ${why}`,
    `Grant one of them, better both: ${GRANT_MONITOR}; ${GRANT_EVENTS}. Nothing is left changed.`,
  );
}

export const GRANT_MONITOR = 'ACL SETUSER … +monitor';
export const GRANT_EVENTS =
  'ACL SETUSER … +config|get +config|set +subscribe &__keyevent@* (or set notify-keyspace-events to Emxe on the server, where CONFIG is not for users)';

/** What could not be seen, and what to do about it. */
export function sightWarnings(tallies: readonly NodeTally[], seen: Seen): string[] {
  const warnings: string[] = [];
  if (!seen.reads)
    warnings.push(
      `MONITOR is refused: reads and hit rates are unknown, and misses are those of any command, an upper bound. To see all: ${GRANT_MONITOR}.`,
    );
  if (!seen.misses)
    warnings.push(`Key-misses are not told of: hits, misses and hit rates are unknown. To see them: ${GRANT_EVENTS}.`);
  if (seen.misses && !(seen.expirations && seen.evictions))
    warnings.push(
      'Whether expirations and evictions are told of is unknown (notify-keyspace-events lacks x or e, or CONFIG GET is refused).',
    );
  for (const { observer } of tallies)
    if (observer.watch.replicas > 0)
      warnings.push(
        `${observer.node.label} has ${observer.watch.replicas} ${observer.watch.replicas === 1 ? 'replica' : 'replicas'}: reads that a replica serves are not seen.`,
      );
  return warnings;
}
