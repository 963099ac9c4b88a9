import { driveScan } from '../scan/drive.js';
import { FallbackStepper } from '../scan/fallback-stepper.js';
import type { ScanNode } from '../scan/keyspace-scan.js';
import { Throttle } from '../scan/throttle.js';
import type { KeyDetail, KeyStep } from './key-info.js';
import { KeyPipelineStepper } from './key-pipeline-stepper.js';
import { KeyScriptStepper } from './key-script-stepper.js';
import type { KeySelection } from './selection.js';

export interface WalkOptions {
  /** What to ask of each key. */
  details: readonly KeyDetail[];
  /** Most keys to look at per second and server. */
  maxRate?: number | undefined;
  signal?: AbortSignal | undefined;
  /** The cursor to begin at. */
  from?: string;
  /** The most keys that the next step may visit. */
  mostVisits?: () => number;
  /** false: the next step waits until this one was used. */
  ahead?: boolean;
  /** Shared with whatever else is done to the server. */
  throttle?: Throttle;
  /** Told when the server refuses scripts. */
  onFallback?: () => void;
}

/**
 * The selected keys of one server, step by step. SCAN may show a key twice while a table is being resized.
 * @throws what the client throws; the signal's reason when it is aborted
 */
export async function* walkNode(
  { redis }: ScanNode,
  selection: KeySelection,
  options: WalkOptions,
): AsyncGenerator<KeyStep, void, undefined> {
  const throttle = options.throttle ?? (await Throttle.of(redis, options));
  const stepper = new FallbackStepper<KeyStep>(
    new KeyScriptStepper(redis, selection, options.details, options.mostVisits),
    () => new KeyPipelineStepper(redis, selection, options.details, options.mostVisits),
    options.onFallback ?? (() => undefined),
  );
  yield* driveScan(stepper, throttle, { ahead: options.ahead ?? true, ...(options.from && { from: options.from }) });
}

/** As `walkNode` over all servers at once; `use` is called with each step. @throws what `use` throws, too */
export async function walkNodes(
  nodes: readonly ScanNode[],
  selection: KeySelection,
  options: WalkOptions,
  use: (step: KeyStep, node: ScanNode) => void | Promise<void>,
): Promise<void> {
  await Promise.all(
    nodes.map(async (node) => {
      for await (const step of walkNode(node, selection, options)) await use(step, node);
    }),
  );
}
