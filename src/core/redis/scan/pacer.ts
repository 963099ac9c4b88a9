/** What one step may cost, and what the last one did. Times in microseconds of the server's clock. */
export interface StepPlan {
  count: number;
  maxScans: number;
  budgetUs: number;
}

export interface StepCost {
  serverUs: number;
  /** Keys that SCAN visited: at least its COUNT, so that a sparse table is not taken for an expensive one. */
  keys: number;
  scans: number;
  /** Time from sending the step to its reply. */
  roundTripUs: number;
}

/** The plan, of which no more than so many keys are visited. */
export function visitingAtMost(plan: StepPlan, visits: number): StepPlan {
  const count = Math.min(plan.count, Math.max(1, visits));
  return { ...plan, count, maxScans: Math.min(plan.maxScans, Math.max(1, Math.floor(visits / count))) };
}

/** How the server is used by others, as far as a scan may take it. */
export type Load = 'idle' | 'light' | 'busy';

// An idle server gives 3 ms a step: as fast as 5 ms, and a process that loses its processor for 7 ms still keeps others waiting less than 10.
const BUDGET_US: Record<Load, number> = { idle: 3000, light: 1000, busy: 1000 };
/** Pause after a step, as a multiple of the step: what is left to others is pause ÷ (pause + step). */
const PAUSE_FACTOR: Record<Load, number> = { idle: 0, light: 1, busy: 14 };
const LARGEST_COUNT = 200;
/** One SCAN inside a step takes about this part of the step: the budget is checked between SCANs. */
const SCANS_PER_STEP = 10;

/** Other clients' requests per second from which a server counts as used lightly, and as busy. */
const LIGHT_FROM = 50;
const BUSY_FROM = 500;

/**
 * Sizes the steps of a scan so that nobody feels them (DESIGN §8): about 1 ms of server time while others use the
 * server, 3 ms when nobody does, COUNT from 1, and pauses that leave a busy server at least 93 % of its time.
 */
export class Pacer {
  #load: Load = 'busy';
  #count = 1;
  #usPerKey = 0;
  #queueUs = 0;
  #lastStepUs = 0;
  #keysDone = 0;
  readonly #maxRate: number;

  /** @param maxRate most keys per second; Infinity for no cap */
  constructor(maxRate = Number.POSITIVE_INFINITY) {
    this.#maxRate = maxRate;
  }

  get load(): Load {
    return this.#load;
  }

  /** @param othersPerSecond requests per second of everybody else; null when it cannot be known: then it is taken as busy */
  observe(othersPerSecond: number | null): void {
    this.#load =
      othersPerSecond === null || othersPerSecond >= BUSY_FROM
        ? 'busy'
        : othersPerSecond >= LIGHT_FROM
          ? 'light'
          : 'idle';
  }

  plan(): StepPlan {
    const budgetUs = BUDGET_US[this.#load];
    const scanUs = Math.max(1, this.#count * this.#usPerKey);
    // The server's own clock ends a step; this bounds it on a server whose clock stands still inside a script.
    const maxScans = this.#usPerKey === 0 ? 1 : Math.max(1, Math.ceil((2 * budgetUs) / scanUs));
    const capped = Math.min(this.#count, this.#mostPerStep());
    return { count: capped, maxScans: Number.isFinite(this.#maxRate) ? 1 : maxScans, budgetUs };
  }

  /** A plan for a step that is one SCAN: the whole budget goes into its COUNT. */
  planSingle(): StepPlan {
    const plan = this.plan();
    const fits = this.#usPerKey === 0 ? plan.count : Math.floor(plan.budgetUs / this.#usPerKey);
    return {
      ...plan,
      count: Math.max(1, Math.min(plan.count * SCANS_PER_STEP, fits, this.#mostPerStep())),
    };
  }

  /** Keys of a twentieth of a second at the highest rate allowed. */
  #mostPerStep(): number {
    return Math.max(1, Math.floor(this.#maxRate / 20));
  }

  report(cost: StepCost): void {
    const stepUs = cost.serverUs > 0 ? cost.serverUs : cost.roundTripUs;
    const perKey = stepUs / Math.max(1, cost.keys);
    // Rises at once, falls slowly: one step among large keys must make the next one small.
    this.#usPerKey = perKey > this.#usPerKey ? perKey : this.#usPerKey * 0.8 + perKey * 0.2;
    const target = BUDGET_US[this.#load] / SCANS_PER_STEP / this.#usPerKey;
    this.#count = Math.max(1, Math.min(LARGEST_COUNT, this.#count * 2, Math.floor(target)));
    this.#queueUs = this.#queueUs * 0.8 + Math.max(0, cost.roundTripUs - stepUs) * 0.2;
    this.#lastStepUs = stepUs;
    this.#keysDone += cost.keys;
  }

  /** Server time that was spent beside the last step: the pause after it makes up for both. */
  spent(serverUs: number): void {
    this.#lastStepUs += serverUs;
  }

  /** The pause was made. */
  rested(): void {
    this.#lastStepUs = 0;
  }

  /** Milliseconds to wait before the next step, `elapsedMs` after the scan began. Grows with the time requests wait at the server. */
  pauseMs(elapsedMs: number): number {
    const share = (this.#lastStepUs * PAUSE_FACTOR[this.#load]) / 1000;
    // Waiting over 2 ms for a turn means that the server has more to do than it can: step back further.
    const queue = this.#load === 'idle' || this.#queueUs < 2000 ? 0 : (this.#queueUs * 4) / 1000;
    const rate = Number.isFinite(this.#maxRate) ? (this.#keysDone / this.#maxRate) * 1000 - elapsedMs : 0;
    return Math.max(share, Math.min(queue, 1000), rate, 0);
  }
}
