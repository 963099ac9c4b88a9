import { sameFlags, tells } from '../../domain/observe/keyspace-flags.js';
import { type Breach, overheadPercent, type ProcessorUse, processorUse } from '../../domain/observe/overhead.js';
import type { Baseline } from './baseline.js';
import { outputBuffer, readLatency, readVitals, type Vitals } from './control.js';
import { readSetting, settingChanges } from './notify-setting.js';
import type { ObservedNode } from './observed-node.js';
import type { ObserverStream } from './observer-stream.js';
import { median, pause, within } from './pause.js';

/** Looks and checks take at most this long; an interval that cannot be checked is not to be trusted. */
const CHECK_WITHIN_MS = 2000;
/** Between two looks at the server's buffer for us. */
const LOOK_EVERY_MS = 200;

/** What was found at the end of an interval. */
export interface Finding {
  /** Another server answers by now, or its setting was changed, be it back and forth. */
  changed: boolean;
  restarted: boolean;
  /** Somebody else's setting does not tell of key-misses. */
  blind: boolean;
  /** What observing takes of the server (see `overheadPercent`); null where it does not tell. */
  percent: number | null;
  use: ProcessorUse | null;
}

/** How a server did during an interval. */
export interface Look {
  latencyMs: number | null;
  bufferBytes: number | null;
  /** The buffer is over its limit: stop at once. */
  breach: Extract<Breach, 'buffer'> | null;
}

/** Watches one server beside its stream: that it is the same, with the same setting, and does not suffer. */
export class ServerWatch {
  /** The setting is somebody else's by now. */
  settingIsTheirs = false;
  #setting: string | null;
  #changes: number | null = null;
  #vitals: Vitals;

  /** @param setting as it was left by us; null where it cannot be asked for */
  constructor(
    private readonly node: ObservedNode,
    readonly baseline: Baseline,
    setting: string | null,
  ) {
    this.#setting = setting;
    this.#vitals = baseline.vitals;
  }

  get setting(): string | null {
    return this.#setting;
  }

  get replicas(): number {
    return this.#vitals.replicas;
  }

  /** From here on. @throws what the client throws when it cannot be reached */
  async begin(): Promise<void> {
    this.#changes = await settingChanges(this.node.control);
    this.#vitals = { ...(await readVitals(this.node.control)), runId: this.#vitals.runId };
  }

  /** Looks every 200 ms until the interval ends, the stream is cut, or its buffer is too large. @throws never */
  async during(stream: ObserverStream, endsAtMs: number, signal: AbortSignal): Promise<Look> {
    const latencies: number[] = [];
    let bufferBytes: number | null = null;
    while (!signal.aborted && !stream.closed) {
      const left = endsAtMs - performance.now();
      if (left <= 0) break;
      await pause(Math.min(LOOK_EVERY_MS, left), signal);
      if (signal.aborted || stream.closed) break;
      const { control } = this.node;
      const latency = await within(CHECK_WITHIN_MS, readLatency(control));
      const buffer = await within(CHECK_WITHIN_MS, outputBuffer(control, stream.clientId));
      latencies.push(latency ?? CHECK_WITHIN_MS);
      if (buffer !== null) bufferBytes = Math.max(bufferBytes ?? 0, buffer);
      if (bufferBytes !== null && bufferBytes > this.baseline.mostBufferBytes)
        return { latencyMs: median(latencies), bufferBytes, breach: 'buffer' };
    }
    return { latencyMs: median(latencies), bufferBytes, breach: null };
  }

  /** null when the server could not be asked in time. @throws never */
  async check(): Promise<Finding | null> {
    const { control } = this.node;
    const asked = Promise.all([
      readVitals(control),
      this.#setting === null ? null : readSetting(control),
      settingChanges(control),
    ]);
    const told = await within(CHECK_WITHIN_MS, asked);
    if (told === null) return null;
    const [vitals, setting, changes] = told;
    const former = this.#vitals;
    const restarted = vitals.runId !== null && former.runId !== null && vitals.runId !== former.runId;
    const differs = setting !== null && this.#setting !== null && !sameFlags(setting, this.#setting);
    const touched = changes !== null && this.#changes !== null && changes !== this.#changes;
    const comparable = former.processor !== null && vitals.processor !== null && !restarted;
    const use = comparable ? processorUse(former.processor as never, vitals.processor as never) : null;
    if (differs && !restarted) this.settingIsTheirs = true;
    this.#vitals = { ...vitals, runId: former.runId ?? vitals.runId };
    this.#changes = changes;
    if (setting !== null) this.#setting = setting;
    return {
      changed: differs || touched || restarted,
      restarted,
      blind: differs && setting !== null && !tells(setting, 'm'),
      percent: use && this.baseline.use ? overheadPercent(this.baseline.use, use) : null,
      use,
    };
  }
}
