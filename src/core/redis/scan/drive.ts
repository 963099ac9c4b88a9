import type { Pacer } from './pacer.js';
import type { Throttle } from './throttle.js';

/** What every step of a scan tells, whatever it looked for. */
export interface BaseStep {
  cursor: string;
  /** Microseconds of server time, 0 when the server does not say. */
  serverUs: number;
  scans: number;
  /** Keys seen. */
  keys: number;
  /** How many keys SCAN was asked to visit. */
  visited: number;
}

/** A way to take one step: by script, or by pipelined commands. */
export interface Stepper<S extends BaseStep> {
  /** Reads that a step costs the server's socket. */
  readonly requestsPerStep: number;
  step(cursor: string, pacer: Pacer): Promise<S>;
}

export interface DriveOptions {
  /** The cursor to begin at. */
  from?: string;
  /** Ask for the next step before the last one is used: the server need not wait for us. */
  ahead: boolean;
}

/**
 * A scan of one server, step after step, each when the throttle allows it.
 * @throws what the client throws; the signal's reason when it is aborted
 */
export async function* driveScan<S extends BaseStep>(
  stepper: Stepper<S>,
  throttle: Throttle,
  { from = '0', ahead }: DriveOptions,
): AsyncGenerator<S, void, undefined> {
  const take = async (cursor: string): Promise<S> => {
    const sent = performance.now();
    throttle.sent(stepper.requestsPerStep);
    const step = await stepper.step(cursor, throttle.pacer);
    const roundTripUs = (performance.now() - sent) * 1000;
    const { serverUs, scans } = step;
    throttle.report({ serverUs, keys: Math.max(step.keys, step.visited), scans, roundTripUs });
    return step;
  };
  throttle.assertWanted();
  let next: Promise<S> | null = take(from);
  try {
    while (next !== null) {
      const step: S = await next;
      next = null;
      const more = step.cursor !== '0';
      let stopped: { reason: unknown } | null = null;
      if (more && ahead) {
        try {
          await throttle.turn();
          next = take(step.cursor);
          // Its failure is heard when it is waited for, which may be a while.
          next.catch(() => undefined);
        } catch (reason) {
          stopped = { reason };
        }
      }
      // What a step did must be told, also when it was the last.
      yield step;
      if (stopped !== null) throw stopped.reason;
      if (more && !ahead) {
        await throttle.turn();
        next = take(step.cursor);
      }
    }
  } finally {
    // Whoever stops early closes the connection: what is under way must be over by then.
    await next?.catch(() => undefined);
  }
}
