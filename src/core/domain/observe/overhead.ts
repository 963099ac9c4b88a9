/** What a server's processor did over a span of time. */
export interface ProcessorUse {
  /** Percent of the one thread that runs commands. */
  threadPercent: number;
  commandsPerSecond: number;
}

/** Two readings of INFO. */
export interface ProcessorReading {
  atMs: number;
  /** Seconds of processor time of the thread that runs commands, since the server started. */
  cpuSeconds: number;
  commands: number;
}

/** null where the readings cannot be compared (the server was restarted, or no time passed). */
export function processorUse(from: ProcessorReading, to: ProcessorReading): ProcessorUse | null {
  const seconds = (to.atMs - from.atMs) / 1000;
  const cpu = to.cpuSeconds - from.cpuSeconds;
  const commands = to.commands - from.commands;
  if (seconds <= 0 || cpu < 0 || commands < 0) return null;
  return { threadPercent: (cpu / seconds) * 100, commandsPerSecond: commands / seconds };
}

/** Fewer commands a second than this do not tell what one costs: the server's own work is most of it. */
const FEW_COMMANDS = 1000;

/**
 * What observing takes of the server: the percentage points of its command thread that are used now, beyond what the same
 * commands took before (before's share, scaled by the rate of commands). On a server with nothing left to give this is the
 * share of its throughput that is lost. Never below 0. It supposes that commands cost what they cost before: a change of
 * their mix shows in it. null where so few commands came before that their cost is unknown, and many come now.
 */
export function overheadPercent(before: ProcessorUse, now: ProcessorUse): number | null {
  if (before.commandsPerSecond >= FEW_COMMANDS)
    return Math.max(0, now.threadPercent - before.threadPercent * (now.commandsPerSecond / before.commandsPerSecond));
  return now.commandsPerSecond < FEW_COMMANDS ? Math.max(0, now.threadPercent - before.threadPercent) : null;
}

export interface OverheadLimits {
  /** Of `overheadPercent`. */
  mostPercent: number;
  /** The server's output buffer for the observer. */
  mostBufferBytes: number;
  /** Rise of the time that a small command takes. */
  mostLatencyRiseMs: number;
}

export const DEFAULT_MAX_OVERHEAD_PERCENT = 30;
export const OVERHEAD_LIMITS: Omit<OverheadLimits, 'mostPercent'> = {
  // Half of what Redis by default allows such a connection before it cuts it off.
  mostBufferBytes: 16 * 1024 * 1024,
  mostLatencyRiseMs: 25,
};

/** How one interval weighed on a server; null where it was not told. */
export interface Burden {
  percent: number | null;
  bufferBytes: number | null;
  latencyRiseMs: number | null;
}

export type Breach = 'overhead' | 'buffer' | 'latency';

/** The first limit that is exceeded; null when none is. A buffer hurts at once, the others only when it lasts (`repeated`). */
export function breachOf(burden: Burden, limits: OverheadLimits): Breach | null {
  if (over(burden.bufferBytes, limits.mostBufferBytes)) return 'buffer';
  if (over(burden.latencyRiseMs, limits.mostLatencyRiseMs)) return 'latency';
  return over(burden.percent, limits.mostPercent) ? 'overhead' : null;
}

function over(value: number | null, limit: number): boolean {
  return value !== null && value > limit;
}
