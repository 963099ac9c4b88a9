import { observe } from '../../../src/core/services/observe/observe.js';
import type { ObserveReport } from '../../../src/core/services/observe/report.js';
import type { ObserveRequest } from '../../../src/core/services/observe/request.js';
import type { Ports } from '../../../src/core/services/ports.js';

/** An observation under way. */
export interface Observing {
  /** Ends it as Ctrl-C would, and gives what was seen. */
  end(): Promise<ObserveReport>;
  /** Its own end. */
  ended: Promise<{ report: ObserveReport; complete: boolean }>;
}

export const REQUEST: ObserveRequest = {
  companies: null,
  durationMs: 20_000,
  baselineMs: 50,
  maxOverheadPercent: 100,
  record: false,
  force: false,
};

/** Observes, and comes back when everything from now on is seen. @throws what observing throws before that */
export async function startObserving(ports: Ports, request: Partial<ObserveRequest> = {}): Promise<Observing> {
  const controller = new AbortController();
  let began = (): void => undefined;
  const beginning = new Promise<void>((resolve) => {
    began = resolve;
  });
  const signal = controller.signal;
  const ended = observe({ ...ports, signal }, { ...REQUEST, onProgress: () => began(), ...request });
  await Promise.race([beginning, ended]);
  return {
    ended,
    end: async () => {
      controller.abort(new Error('interrupted'));
      return (await ended).report;
    },
  };
}

/** Reads and misses by company. */
export function countsOf(report: ObserveReport): Record<string, [reads: number | null, misses: number | null]> {
  return Object.fromEntries(report.companies.map((c) => [c.companyId, [c.reads, c.misses]]));
}
