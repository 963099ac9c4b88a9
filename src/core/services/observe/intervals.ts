import { SECOND_MS } from '../../domain/units.js';
import type { Lease } from '../../redis/lease.js';
import type { IntervalOutcome } from '../../redis/observe/node-observer.js';
import type { NodeTally } from './node-tally.js';
import type { ObserveRecorder } from './recording.js';
import type { StopReason } from './report.js';
import type { ObserveProgress, ObserveRequest } from './request.js';

/** Why observing ended before its time. */
export interface Stop {
  reason: StopReason;
  message: string;
}

interface Surroundings {
  recorder: ObserveRecorder | null;
  signal: AbortSignal | undefined;
  lease: Lease | null;
  onProgress: ((progress: ObserveProgress) => void) | undefined;
}

/** Equal intervals of about a second. */
export function intervalsOf(durationMs: number): { count: number; ms: number } {
  const count = Math.max(1, Math.round(durationMs / SECOND_MS));
  return { count, ms: durationMs / count };
}

/** Observes every server, interval by interval, until the time is over or something says to stop. @returns why it stopped early */
export async function observeIntervals(
  tallies: readonly NodeTally[],
  { durationMs, maxOverheadPercent }: ObserveRequest,
  { recorder, signal, lease, onProgress }: Surroundings,
): Promise<Stop | null> {
  const stopping = new AbortController();
  let stop: Stop | null = null;
  const end = (why: Stop): void => {
    stop ??= why;
    stopping.abort();
  };
  const onInterrupt = () => end({ reason: 'interrupted', message: 'It was interrupted.' });
  const onLost = () =>
    end({ reason: 'lease', message: 'The lease was lost: Redis could not be reached for a while, or evicted it.' });
  if (signal?.aborted) onInterrupt();
  signal?.addEventListener('abort', onInterrupt);
  lease?.signal.addEventListener('abort', onLost);
  const startedAt = performance.now();
  onProgress?.(progressOf(tallies, 0, durationMs));
  const { count, ms } = intervalsOf(durationMs);
  const follow = async (node: NodeTally): Promise<void> => {
    for (let i = 1; i <= count && !stopping.signal.aborted; i += 1) {
      const outcome = await node.observer.interval(startedAt + i * ms, stopping.signal);
      node.add(outcome);
      if (outcome.discarded === null) await recorder?.commit(outcome.tally);
      else recorder?.discard();
      onProgress?.(progressOf(tallies, performance.now() - startedAt, durationMs));
      const why = stopOf(outcome, node, maxOverheadPercent);
      if (why !== null) end(why);
    }
  };
  try {
    await Promise.all(tallies.map(follow));
    return stop;
  } finally {
    signal?.removeEventListener('abort', onInterrupt);
    lease?.signal.removeEventListener('abort', onLost);
  }
}

function progressOf(tallies: readonly NodeTally[], elapsedMs: number, durationMs: number): ObserveProgress {
  let [reads, misses] = [0, 0];
  for (const { tally } of tallies) {
    const sum = tally.sum();
    reads += sum.reads;
    misses += sum.misses;
  }
  return { elapsedMs, durationMs, reads, misses };
}

function stopOf(
  { end, burden, latencyMs }: IntervalOutcome,
  { observer }: NodeTally,
  mostPercent: number,
): Stop | null {
  const { label } = observer.node;
  switch (end) {
    case null:
      return null;
    case 'restarted':
      return { reason: end, message: `${label} was restarted, or another server took its place.` };
    case 'setting':
      return {
        reason: end,
        message: `Somebody changed notify-keyspace-events of ${label}: key-misses are no longer told of.`,
      };
    case 'overhead':
      return {
        reason: end,
        message: `Observing took ${(burden.percent ?? 0).toFixed(0)} % of the thread that runs commands at ${label}, more than --max-overhead ${mostPercent}.`,
      };
    case 'buffer':
      return {
        reason: end,
        message: `${label} held ${((burden.bufferBytes ?? 0) / 1024 ** 2).toFixed(0)} MB that this machine had not read yet: more comes than can be followed.`,
      };
    case 'latency':
      return {
        reason: end,
        message: `A small command took ${(latencyMs ?? 0).toFixed(0)} ms at ${label} while it was observed.`,
      };
  }
}
