import type { Cluster, Redis } from 'ioredis';
import { claimUpdate, endUpdate, isUpdateWaiting, requestUpdate } from '../core/redis/pending/pending.js';
import type { CompanyState } from './company-state.js';
import type { Deadlines } from './deadlines.js';

const LOOK_AT_LEAST_MS = 1000;
const LOOK_AT_MOST_MS = 10_000;

/** Clears a company's cache and counts it. */
export type RunUpdate = (company: CompanyState) => Promise<number>;

/**
 * Config updates (whole-company invalidations) of companies whose policy limits them: the first runs at once, what comes
 * within the interval is one mark in Redis, which one process runs at the interval's end, whichever made it. A process
 * looks for marks when it first meets a company and as long as it knows one with a limit, so that a mark outlives the
 * process that made it.
 */
export class ConfigUpdates {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #closed = false;

  /** @param knows whether the process still has the company in mind */
  constructor(
    private readonly redis: Redis | Cluster,
    private readonly deadlines: Deadlines,
    private readonly run: RunUpdate,
    private readonly knows: (companyId: string) => boolean,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** @returns how many keys went; 0 when the update was put off. @throws what Redis says */
  async request(company: CompanyState): Promise<number> {
    const intervalMs = limitMs(company);
    if (intervalMs === 0) return this.run(company);
    const turn = await this.#bound(requestUpdate(this.redis, company.companyId, intervalMs));
    if (turn.run !== null) return this.#running(company, turn.run);
    this.#arm(company, turn.waitMs ?? intervalMs);
    return 0;
  }

  /** A company's policy was read: looks for a mark when it is new here or its limit changed. Never rejects. */
  policyRead(company: CompanyState): void {
    const intervalMs = limitMs(company);
    if (company.updateLimitMs === intervalMs) return;
    company.updateLimitMs = intervalMs;
    void this.#look(company);
  }

  /** Whatever waits stays marked. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  async #look(company: CompanyState): Promise<void> {
    if (this.#closed) return;
    const intervalMs = limitMs(company);
    let nextMs: number | null = intervalMs === 0 ? null : between(intervalMs / 2);
    try {
      if (await this.#bound(isUpdateWaiting(this.redis, company.companyId))) {
        const turn = await this.#bound(claimUpdate(this.redis, company.companyId, intervalMs));
        if (turn.run !== null) await this.#running(company, turn.run);
        else if (turn.waitMs !== null) nextMs = Math.min(turn.waitMs, nextMs ?? Number.POSITIVE_INFINITY);
      }
    } catch (error) {
      this.onError(error);
      nextMs ??= LOOK_AT_MOST_MS;
    }
    if (nextMs !== null) this.#arm(company, nextMs);
    else this.#disarm(company.companyId);
  }

  async #running(company: CompanyState, run: string): Promise<number> {
    const beganAt = performance.now();
    const removed = await this.run(company);
    const intervalMs = limitMs(company);
    const leftMs = Math.max(0, intervalMs - (performance.now() - beganAt));
    // A run whose end cannot be noted is run once more: clearing twice is harmless, not at all is not.
    await this.#bound(endUpdate(this.redis, company.companyId, run, leftMs)).catch(this.onError);
    if (intervalMs > 0) this.#arm(company, between(intervalMs / 2));
    return removed;
  }

  #arm(company: CompanyState, inMs: number): void {
    this.#disarm(company.companyId);
    if (this.#closed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(company.companyId);
      if (this.knows(company.companyId)) void this.#look(company);
    }, inMs + 1);
    timer.unref();
    this.#timers.set(company.companyId, timer);
  }

  #disarm(companyId: string): void {
    clearTimeout(this.#timers.get(companyId));
    this.#timers.delete(companyId);
  }

  #bound<T>(command: Promise<T>): Promise<T> {
    return this.deadlines.bound(command, performance.now());
  }
}

/** Milliseconds between two config updates; 0: no limit. */
function limitMs({ policy }: CompanyState): number {
  return (policy?.minUpdateIntervalSeconds ?? 0) * 1000;
}

function between(ms: number): number {
  return Math.min(LOOK_AT_MOST_MS, Math.max(LOOK_AT_LEAST_MS, ms));
}
