import { OVERHEAD_LIMITS, type ProcessorUse, processorUse } from '../../domain/observe/overhead.js';
import { readLatency, readVitals, type Vitals } from './control.js';
import type { ObservedNode } from './observed-node.js';
import { pause } from './pause.js';

/** What a server was like before it was observed. */
export interface Baseline {
  vitals: Vitals;
  /** null where it does not tell. */
  use: ProcessorUse | null;
  latencyMs: number;
  mostBufferBytes: number;
}

const SAMPLES = 5;

/** Looks for a while at a server that nothing was done to yet. @throws what the client throws when it cannot be reached */
export async function readBaseline({ control }: ObservedNode, ms: number, signal: AbortSignal): Promise<Baseline> {
  const from = await readVitals(control);
  const latencies: number[] = [];
  for (let i = 0; i < SAMPLES; i += 1) {
    latencies.push(await readLatency(control));
    await pause(ms / SAMPLES, signal);
  }
  const vitals = await readVitals(control);
  const use = from.processor && vitals.processor ? processorUse(from.processor, vitals.processor) : null;
  const latencyMs = latencies.sort((a, b) => a - b)[Math.floor(SAMPLES / 2)] as number;
  return { vitals, use, latencyMs, mostBufferBytes: OVERHEAD_LIMITS.mostBufferBytes };
}
