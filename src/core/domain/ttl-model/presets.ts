import type { TtlBounds } from '../policy.js';
import { MINUTE_MS, SECOND_MS } from '../units.js';
import type { Prediction } from './prediction.js';

export const PRESET_NAMES = ['optimal', 'high-performance', 'low-cost', 'memory-saver', 'fresh-data'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

/** A rule by which TTLs are chosen. */
export interface Preset {
  name: PresetName;
  title: string;
  /** The rule, in words. */
  rule: string;
  /** Whether it is chosen from what accesses tell. */
  needsData: boolean;
  /** The bounds that the rule gives; null where no candidate is as it must be. @param candidates no longer than the trace */
  choose: (candidates: readonly Prediction[]) => TtlBounds | null;
}

/** TTLs, in seconds, from which presets choose. */
export const CANDIDATE_TTLS: readonly number[] = [
  60, 120, 300, 600, 900, 1800, 2700, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
];

const HEALTHY_RATE = 85;
const LEAST_RATE = 70;
const NEAR_POINTS = 1;
const FRESH_SECONDS = MINUTE_MS / SECOND_MS;

/** The presets. Every rule is told in `rule`, and stands in docs/ttl.md. */
export const PRESETS: readonly Preset[] = [
  {
    name: 'optimal',
    title: 'Optimal',
    rule: `the lowest cost (Redis + MongoDB) among the TTLs that reach a hit rate of ${HEALTHY_RATE} %; where none does, the highest hit rate`,
    needsData: true,
    choose: (candidates) => {
      const healthy = candidates.filter(({ hitRate }) => (hitRate ?? 0) >= HEALTHY_RATE);
      return fixed(healthy.length > 0 ? cheapest(healthy) : highest(candidates));
    },
  },
  {
    name: 'high-performance',
    title: 'High performance',
    rule: `the shortest TTL whose hit rate is within ${NEAR_POINTS} point of the highest that any TTL reaches`,
    needsData: true,
    choose: (candidates) => {
      const best = highest(candidates)?.hitRate ?? 0;
      return fixed(shortest(candidates.filter(({ hitRate }) => (hitRate ?? 0) >= best - NEAR_POINTS)));
    },
  },
  {
    name: 'low-cost',
    title: 'Low cost',
    rule: 'the lowest cost (Redis + MongoDB), whatever the hit rate',
    needsData: true,
    choose: (candidates) => fixed(cheapest(candidates)),
  },
  {
    name: 'memory-saver',
    title: 'Memory saver',
    rule: `the shortest TTL that reaches a hit rate of ${LEAST_RATE} %: less memory is not to be had without more misses than that`,
    needsData: true,
    choose: (candidates) => fixed(shortest(candidates.filter(({ hitRate }) => (hitRate ?? 0) >= LEAST_RATE))),
  },
  {
    name: 'fresh-data',
    title: 'Fresh data',
    rule: 'nothing is older than a minute: a maximum of 60 seconds; what the application stores for less is left as it is',
    needsData: false,
    choose: () => ({ minTtlSeconds: null, maxTtlSeconds: FRESH_SECONDS }),
  },
];

export function presetOf(name: PresetName): Preset {
  return PRESETS.find((preset) => preset.name === name) as Preset;
}

/** Of a list of predictions those that a preset compares. What it chooses counts only where there is `enough` to go by. */
export function candidatesOf(predictions: readonly Prediction[]): Prediction[] {
  return predictions.filter(({ longerThanTrace }) => !longerThanTrace);
}

function fixed(prediction: Prediction | null): TtlBounds | null {
  return prediction && { minTtlSeconds: prediction.ttlSeconds, maxTtlSeconds: prediction.ttlSeconds };
}

/** Where costs are unknown, nothing is the cheapest. */
function cheapest(predictions: readonly Prediction[]): Prediction | null {
  return best(
    predictions.filter(({ totalCost }) => totalCost !== null),
    (a, b) => (a.totalCost as number) - (b.totalCost as number) || (b.hitRate ?? 0) - (a.hitRate ?? 0),
  );
}

function highest(predictions: readonly Prediction[]): Prediction | null {
  return best(predictions, (a, b) => (b.hitRate ?? 0) - (a.hitRate ?? 0) || a.ttlSeconds - b.ttlSeconds);
}

function shortest(predictions: readonly Prediction[]): Prediction | null {
  return best(predictions, (a, b) => a.ttlSeconds - b.ttlSeconds);
}

function best<T>(items: readonly T[], compare: (a: T, b: T) => number): T | null {
  return [...items].sort(compare)[0] ?? null;
}
