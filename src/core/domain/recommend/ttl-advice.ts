import type { Confidence } from '../detect/issue.js';
import { formatBytes, formatDollars, formatPercent } from '../format.js';
import { hitRateScore } from '../health.js';
import { commandOn } from '../shell-word.js';
import { HOUR_MS, SECOND_MS } from '../units.js';
import { formatDuration } from '../window.js';
import { type Advice, adviceId, type Risk } from './advice.js';
import type { Gain } from './gain.js';

/** What a cache does under some lifetimes. */
export interface TtlFigures {
  /** Percent. */
  hitRate: number;
  memoryBytes: number;
  /** Dollars a month, Redis and MongoDB; null is unknown. */
  totalCost: number | null;
}

/** What one TTL for all keys would do. */
export interface TtlOutcome extends TtlFigures {
  ttlSeconds: number;
  /** As values live today, over the same time. */
  before: TtlFigures;
  /** Against today's lifetimes. */
  gain: Gain;
  /** Dollars a month that it saves, and half of its 95 % interval; null is unknown. */
  saving: { dollars: number; margin: number } | null;
}

/** What the TTL model says of one company that has enough data. */
export interface TtlStudy {
  companyId: string;
  companyName: string | null;
  /** Percent, as values live today, replayed. */
  replayedHitRate: number;
  /** Milliseconds that values live today: the median. */
  medianMs: number;
  /** Percent, of the same reads, as it really was. */
  recordedHitRate: number;
  reads: number;
  spanMs: number;
  /** In any order; of TTLs with enough data, shorter than the time that was recorded. */
  outcomes: readonly TtlOutcome[];
}

/** Gains that are too little to be worth a change (configuration `recommend`). */
export interface LeastGain {
  /** Dollars a month. */
  saving: number;
  /** Percentage points. */
  hitRate: number;
}

/** A hit rate that falls by so many points makes the risk medium; by so many the TTL is not advised, whatever it saves. */
const FALL = { medium: 1, most: 10 };
/** Values that may get so much older than today make the risk medium. */
const MUCH_OLDER_MS = HOUR_MS;
/** Points that replayed and recorded hit rates may differ, to be as good as equal. */
const AS_GOOD_AS_EQUAL = 2;

/**
 * The TTL that costs least (of those that do not make the cache bad: the hit rate loses neither its grade of health nor ten
 * points), and the shortest whose hit rate is within the least worthwhile gain of the highest, each only where
 * it gains at least so much, and for certain: the whole 95 % interval lies above 0. One advice where both are the same.
 */
export function ttlAdvice(study: TtlStudy, least: LeastGain): Advice[] {
  const outcomes = [...study.outcomes].sort((a, b) => a.ttlSeconds - b.ttlSeconds);
  const cheapest = cheapestOf(outcomes.filter((one) => isBearable(study, one)));
  const fastest = fastestOf(outcomes, least.hitRate);
  const advices: Advice[] = [];
  if (cheapest?.saving && cheapest.saving.dollars >= least.saving && cheapest.saving.dollars > cheapest.saving.margin)
    advices.push(adviceOf(study, cheapest, 'ttl-lowest-cost'));
  const known = advices.length > 0 && fastest?.ttlSeconds === cheapest?.ttlSeconds;
  if (fastest !== null && !known && fastest.gain.points >= least.hitRate && fastest.gain.low > 0)
    advices.push(adviceOf(study, fastest, 'ttl-highest-hit-rate'));
  return advices;
}

function isBearable({ recordedHitRate }: TtlStudy, { gain }: TtlOutcome): boolean {
  const after = Math.min(100, Math.max(0, recordedHitRate + gain.points));
  return gain.points > -FALL.most && hitRateScore(after) >= hitRateScore(recordedHitRate);
}

/** Of equal costs, the one with the higher hit rate, then the shorter. */
function cheapestOf(outcomes: readonly TtlOutcome[]): TtlOutcome | null {
  return outcomes
    .filter(({ saving }) => saving !== null)
    .reduce<TtlOutcome | null>((best, one) => (best === null || isCheaper(one, best) ? one : best), null);
}

function isCheaper(a: TtlOutcome, b: TtlOutcome): boolean {
  const [saved, other] = [a.saving?.dollars ?? 0, b.saving?.dollars ?? 0];
  return saved === other ? a.hitRate > b.hitRate : saved > other;
}

/** @param outcomes the shortest TTL first */
function fastestOf(outcomes: readonly TtlOutcome[], near: number): TtlOutcome | null {
  const highest = outcomes.reduce((most, { hitRate }) => Math.max(most, hitRate), 0);
  return outcomes.find(({ hitRate }) => hitRate >= highest - near) ?? null;
}

function adviceOf(study: TtlStudy, outcome: TtlOutcome, kind: 'ttl-lowest-cost' | 'ttl-highest-hit-rate'): Advice {
  const { companyId, companyName, medianMs } = study;
  const { ttlSeconds, before, gain, saving } = outcome;
  const [ttl, now] = [formatDuration(ttlSeconds * SECOND_MS), formatDuration(medianMs)];
  const aim = kind === 'ttl-lowest-cost' ? 'the lowest cost' : 'the highest hit rate';
  return {
    id: adviceId(kind, companyId),
    companyId,
    companyName,
    code: null,
    title: ttl === now ? `Keep all values for ${ttl}: ${aim}` : `Keep values for ${ttl} instead of ${now}: ${aim}`,
    savingPerMonth: saving?.dollars ?? null,
    atMost: false,
    hitRateGain: gain.points,
    risk: riskOf(study, outcome),
    effort: 'one command',
    confidence: confidenceOf(study, saving !== null),
    command: commandOn('rcm ttl set', companyId, `--ttl ${ttl}`),
    why: [
      `Hit rate ${formatPercent(before.hitRate)} → ${formatPercent(outcome.hitRate)} (${signed(gain.points)} points, 95 % between ${signed(gain.low)} and ${signed(gain.high)}), replayed from ${study.reads.toLocaleString('en-US')} reads in ${lasting(study.spanMs)}`,
      `Memory ${formatBytes(before.memoryBytes)} → ${formatBytes(outcome.memoryBytes)}${costText(outcome)}`,
      `Reads may be ${ttl} old (today mostly up to ${now}). Only the policy changes: it can be undone.`,
    ],
    touches: ['lifetimes', 'memory', 'queries'],
  };
}

function costText({ before: { totalCost: before }, totalCost: after, saving }: TtlOutcome): string {
  if (before === null || after === null || saving === null) return '; what it costs is unknown';
  return `, cost ${formatDollars(before)} → ${formatDollars(after)} a month`;
}

/** A policy is taken back in a moment: what can be lost meanwhile is speed, and freshness. */
function riskOf({ medianMs }: TtlStudy, { gain, ttlSeconds }: TtlOutcome): Risk {
  const older = ttlSeconds * SECOND_MS - medianMs;
  return gain.points <= -FALL.medium || older >= MUCH_OLDER_MS ? 'medium' : 'low';
}

function confidenceOf({ replayedHitRate, recordedHitRate }: TtlStudy, priced: boolean): Confidence {
  return Math.abs(replayedHitRate - recordedHitRate) <= AS_GOOD_AS_EQUAL && priced ? 'high' : 'medium';
}

function signed(points: number): string {
  return `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(1)}`;
}

/** `12 min`, `3.5 h`. */
function lasting(ms: number): string {
  if (ms < 2 * 60_000) return `${Math.round(ms / SECOND_MS)} s`;
  return ms < 2 * HOUR_MS ? `${Math.round(ms / 60_000)} min` : `${(ms / HOUR_MS).toFixed(1)} h`;
}
