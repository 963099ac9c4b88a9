import { tells } from '../../domain/observe/keyspace-flags.js';
import { type Breach, type Burden, breachOf, OVERHEAD_LIMITS } from '../../domain/observe/overhead.js';
import { ObservedTally } from '../../domain/observe/tally.js';
import { probeKey } from './control.js';
import type { ObservedNode } from './observed-node.js';
import { ObserverStream } from './observer-stream.js';
import { pause } from './pause.js';
import type { ServerWatch } from './server-watch.js';
import type { SightingCounter } from './sighting-counter.js';

/** What can be seen of one server. */
export interface Sight {
  /** MONITOR is granted. */
  reads: boolean;
  /** Key-misses are told of. */
  misses: boolean;
  expirations: boolean;
  evictions: boolean;
}

/** Why an interval does not count: the connection was cut, the server's setting changed, more came than could be kept. */
export type Discarded = 'connection' | 'setting' | 'too-much';

/** What became of an interval. */
export interface IntervalOutcome {
  tally: ObservedTally;
  /** null: it counts. */
  discarded: Discarded | null;
  /** That were observed; 0 for one that does not count. */
  seconds: number;
  burden: Burden;
  latencyMs: number | null;
  commandsPerSecond: number | null;
  /** Why observing this server should end now; null: go on. */
  end: 'restarted' | 'setting' | Breach | null;
}

/** What hurts must last so many intervals, but for a buffer. */
const BREACHES = 2;
const RETRY_MS = 100;

/** Observes one server, interval by interval. */
export class NodeObserver {
  sight: Sight = { reads: false, misses: false, expirations: false, evictions: false };
  /** How MONITOR or the channels were refused. */
  refusals: readonly string[] = [];
  #stream: ObserverStream | null = null;
  #beganAt = 0;
  #breaches = 0;

  constructor(
    readonly node: ObservedNode,
    readonly watch: ServerWatch,
    private readonly counter: SightingCounter,
    private readonly limits: { connectTimeoutMs: number; mostPercent: number },
  ) {}

  /** Connects, and tries what can be seen. @throws what the client throws where no connection can be made */
  async start(): Promise<void> {
    const stream = await this.#open();
    this.refusals = stream.refusals;
    const misses = stream.subscribed && (await this.#missesAreTold(stream));
    const { setting } = this.watch;
    const told = (flag: 'x' | 'e') => stream.subscribed && setting !== null && tells(setting, flag);
    this.sight = { reads: stream.monitoring, misses, expirations: told('x'), evictions: told('e') };
    await stream.mark(() => this.#begin());
    await this.watch.begin();
  }

  /** Waits for the end of an interval, and tells what was seen in it. @param signal ends it sooner @throws never */
  async interval(endsAtMs: number, signal: AbortSignal): Promise<IntervalOutcome> {
    const stream = this.#stream;
    if (stream === null || stream.closed) {
      await this.#reopen(endsAtMs, signal);
      return this.#outcome(null, NOTHING, 'connection');
    }
    const look = await this.watch.during(stream, endsAtMs, signal);
    if (look.breach !== null) stream.close();
    let taken: { tally: ObservedTally; lost: boolean; seconds: number } | null = null;
    const marked = new AbortController();
    const marking = stream
      .mark(() => {
        taken = { ...this.counter.take(), seconds: (performance.now() - this.#beganAt) / 1000 };
        this.#beganAt = performance.now();
      })
      .catch(() => undefined)
      .finally(() => marked.abort());
    // While the mark waits behind what was not read yet, that may grow.
    const waiting = await this.watch.during(stream, Number.POSITIVE_INFINITY, marked.signal);
    if (waiting.breach !== null) stream.close();
    await marking;
    look.bufferBytes = largest(look.bufferBytes, waiting.bufferBytes);
    // The server answers beside the stream, and in it not within seconds: it holds more than this machine reads.
    look.breach ??= waiting.breach ?? (stream.late && (look.bufferBytes ?? 0) > 0 ? 'buffer' : null);
    const outcome = await this.#outcome(taken, look, taken === null ? 'connection' : null);
    // The rest of an interval that was cut is for finding the way back: the next one is then whole.
    if (stream.closed && outcome.end === null) await this.#reopen(endsAtMs, signal);
    return outcome;
  }

  close(): void {
    this.#stream?.close();
  }

  async #outcome(
    taken: { tally: ObservedTally; lost: boolean; seconds: number } | null,
    look: { latencyMs: number | null; bufferBytes: number | null; breach: Breach | null },
    cut: Discarded | null,
  ): Promise<IntervalOutcome> {
    const found = await this.watch.check();
    const discarded =
      cut ?? (found === null ? 'connection' : found.changed ? 'setting' : taken?.lost ? 'too-much' : null);
    const counts = discarded === null && taken !== null;
    const { latencyMs, bufferBytes } = look;
    const latencyRiseMs = latencyMs === null ? null : Math.max(0, latencyMs - this.watch.baseline.latencyMs);
    const burden = { percent: found?.percent ?? null, bufferBytes, latencyRiseMs };
    return {
      tally: counts ? taken.tally : new ObservedTally(),
      discarded,
      seconds: counts ? taken.seconds : 0,
      burden,
      latencyMs,
      commandsPerSecond: found?.use?.commandsPerSecond ?? null,
      end: found?.restarted
        ? 'restarted'
        : found?.blind && this.sight.misses
          ? 'setting'
          : (look.breach ?? this.#lasting(burden)),
    };
  }

  #lasting(burden: Burden): Breach | null {
    const breach = breachOf(burden, { ...OVERHEAD_LIMITS, mostPercent: this.limits.mostPercent });
    this.#breaches = breach === null ? 0 : this.#breaches + 1;
    return this.#breaches >= BREACHES || breach === 'buffer' ? breach : null;
  }

  #begin(): void {
    this.counter.begin();
    this.#beganAt = performance.now();
  }

  async #open(): Promise<ObserverStream> {
    const { control, label } = this.node;
    const stream = await ObserverStream.open(control, label, this.limits.connectTimeoutMs, this.counter);
    this.counter.monitoring = stream.monitoring;
    this.#stream = stream;
    return stream;
  }

  /** Reads a key that nobody has, and looks whether its miss is told of: no setting need be known for that. */
  async #missesAreTold(stream: ObserverStream): Promise<boolean> {
    const key = probeKey(this.node);
    const probe = this.counter.probe(key);
    try {
      const answered = await this.node.control.get(key).then(
        () => true,
        () => false,
      );
      await stream.mark();
      const { setting } = this.watch;
      // Who may not read our keys must believe the setting.
      return answered ? probe.missTold() : setting !== null && tells(setting, 'm');
    } finally {
      probe.end();
    }
  }

  async #reopen(endsAtMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && performance.now() < endsAtMs) {
      try {
        const stream = await this.#open();
        await stream.mark(() => this.#begin());
        return;
      } catch {
        this.#stream?.close();
        await pause(Math.min(RETRY_MS, Math.max(1, endsAtMs - performance.now())), signal);
      }
    }
  }
}

function largest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

const NOTHING = { latencyMs: null, bufferBytes: null, breach: null };
