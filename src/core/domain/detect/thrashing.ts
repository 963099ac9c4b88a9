import { formatDollars, formatPercent } from '../format.js';
import { hitRate } from '../hit-rate.js';
import { shellWord } from '../shell-word.js';
import { MINUTE_MS, MONTH_MS } from '../units.js';
import { type DetectFigures, NOTHING, type PlatformFigures, type Reads, type Verdict } from './figures.js';
import { autoFixOf } from './fixes.js';
import type { DetectedIssue, Evidence, Impact, ManualFix, RootCause } from './issue.js';
import type { ReMissCause, ReuseStudy } from './reuse.js';
import type { DetectThresholds } from './thresholds.js';
import { counted, evidence, instant, lasting, ranked, whole } from './wording.js';

/**
 * Keys that are cached, lost and wanted again: a low hit rate with many misses of keys that had been cached. Keys that
 * are each read once miss too, but had never been cached; nor has a cache that has just begun.
 */
export function thrashingRule(figures: DetectFigures, platform: PlatformFigures): Verdict {
  const { reads, reuse } = figures;
  const limits = platform.thresholds.thrashing;
  const unknown = tooLittle(reads, limits);
  if (unknown !== null) return { unknown };
  if (!isSuspect(reads, limits)) return NOTHING;
  const rate = hitRate(reads.hits, reads.misses) as number;
  if (reuse === null) return { unknown: 'no access events tell whether keys were missed again' };
  if (reuse.misses < limits.minReMisses)
    return { unknown: `its events hold too few misses (under ${limits.minReMisses})` };
  const share = (reuse.reMisses / reuse.misses) * 100;
  if (reuse.reMisses < limits.minReMisses || share < limits.reMissPercent) return NOTHING;
  return { issue: issueOf(figures, platform, { reads, reuse, rate, share }) };
}

/** Why so little recording tells nothing; null where it is enough. */
function tooLittle(reads: Reads | null, limits: DetectThresholds['thrashing']): string | null {
  if (reads === null) return 'no reads are recorded';
  if (reads.hits + reads.misses < limits.minReads) return `too few reads were recorded (under ${limits.minReads})`;
  return reads.coveredMs < limits.minMinutes * MINUTE_MS
    ? `it has been recorded for too short a time (under ${limits.minMinutes} min)`
    : null;
}

/** Whether a company's counters are a reason to look at its access events. */
export function isSuspect(reads: Reads | null, limits: DetectThresholds['thrashing']): reads is Reads {
  if (reads === null || tooLittle(reads, limits) !== null) return false;
  return (hitRate(reads.hits, reads.misses) as number) < limits.hitRatePercent;
}

interface Found {
  reads: Reads;
  reuse: ReuseStudy;
  rate: number;
  /** Percent of the studied misses that were of keys which had been cached. */
  share: number;
}

function issueOf(figures: DetectFigures, platform: PlatformFigures, found: Found): DetectedIssue {
  const { companyId, companyName } = figures.view;
  const { reuse, rate, share } = found;
  const rootCauses = causesOf(reuse, platform);
  const [top] = rootCauses;
  const known = 100 - (rootCauses.find(({ cause }) => cause === 'unknown')?.percent ?? 0);
  const { minReMisses } = platform.thresholds.thrashing;
  return {
    code: 'CACHE_THRASHING',
    severity: 'critical',
    companyId,
    companyName,
    summary: `Hit rate ${formatPercent(rate)}: ${formatPercent(share)} of misses were of keys that had been cached${top === undefined ? '' : `, mostly ${SHORT[top.cause as ReMissCause]}`}`,
    evidence: evidenceOf(found, platform),
    rootCauses,
    impact: impactOf(figures, platform, found),
    autoFix: autoFixOf('CACHE_THRASHING', companyId),
    manualFixes: manualFixes(companyId, rootCauses),
    confidence: reuse.reMisses >= 3 * minReMisses && known >= 80 ? 'high' : 'medium',
    missing: missingOf(figures, platform, reuse),
  };
}

function evidenceOf({ reads, reuse, rate, share }: Found, { window, thresholds }: PlatformFigures): Evidence[] {
  const { thrashing } = thresholds;
  const since = new Date(window.to.getTime() - reads.coveredMs);
  const times = `${instant(reuse.from)} to ${instant(reuse.to)}`;
  const { alternation, alternationSeconds } = reuse;
  const pattern =
    alternation !== null &&
    alternationSeconds !== null &&
    alternation >= 50 &&
    alternationSeconds <= thrashing.intervalSeconds;
  return [
    evidence(
      'hitRatePercent',
      rate,
      `Hit rate ${formatPercent(rate)} of ${counted(reads.hits + reads.misses, 'read')} since ${instant(since)} (thrashing: under ${thrashing.hitRatePercent}%)`,
    ),
    evidence(
      'reMissPercent',
      share,
      `${whole(reuse.reMisses)} of ${counted(reuse.misses, 'miss', 'misses')} of ${counted(reuse.keys, 'key')} were of keys that had been cached, ${times}`,
    ),
    evidence(
      'alternationPercent',
      alternation,
      pattern
        ? `Keys are missed and hit in turn, every ${lasting(alternationSeconds)} (${formatPercent(alternation)} of consecutive reads)`
        : `${alternation === null ? 'No' : formatPercent(alternation)} of consecutive reads of a key were a miss and a hit`,
    ),
    evidence(
      'alternates',
      pattern,
      pattern ? 'The pattern is miss, hit, miss, …' : 'No quick alternation of misses and hits',
    ),
  ];
}

const SHORT: Record<ReMissCause, string> = {
  cleared: 'after the whole cache was cleared',
  updated: 'after the key was removed by an update',
  expired_early: 'expired too early',
  restarted: 'lost by a restart of Redis',
  evicted: 'evicted by Redis',
  unknown: 'for a reason that is not known',
  expired_late: 'expired long before',
};

function causesOf(reuse: ReuseStudy, { evictions }: PlatformFigures): RootCause[] {
  const of = (cause: ReMissCause, text: string, ...all: Evidence[]): RootCause => {
    const n = reuse.causes[cause];
    return {
      cause,
      text,
      percent: (n / reuse.reMisses) * 100,
      evidence: [
        evidence('reMisses', n, `${whole(n)} of ${counted(reuse.reMisses, 'such miss', 'such misses')}`),
        ...all,
      ],
    };
  };
  const { lifetimeSeconds: lived, wantedAfterSeconds: wanted } = reuse;
  return ranked([
    of(
      'expired_early',
      lived === null || wanted === null
        ? 'The time to live is too short'
        : `The time to live is too short: keys lived ${lasting(lived)} and were wanted again after ${lasting(wanted)}`,
      evidence('lifetimeSeconds', lived, `Median lifetime of keys that expired too early`),
      evidence('wantedAfterSeconds', wanted, 'Median time from being stored to being wanted again'),
    ),
    of(
      'cleared',
      `The whole cache is cleared too often: ${counted(reuse.clears, 'clear')} in this time`,
      evidence('clears', reuse.clears, counted(reuse.clears, 'clear')),
    ),
    of('updated', 'Keys are removed when something is updated, and wanted again'),
    of(
      'evicted',
      'Redis evicts keys for want of memory',
      evidence('evictedKeys', evictions?.keys ?? null, counted(evictions?.keys ?? 0, 'eviction')),
    ),
    of('restarted', 'Redis was restarted and lost what it held'),
    of('unknown', 'Something that was not recorded removed them'),
  ]);
}

function impactOf({ counters }: DetectFigures, { pricing }: PlatformFigures, { reads, share }: Found): Impact {
  const extra = (reads.misses * share) / 100;
  const perMonth = (extra * MONTH_MS) / reads.coveredMs;
  const cost = pricing && perMonth * pricing.providers.mongodb.queryCost;
  const mean = (us: number | undefined, n: number) => (us === undefined || n === 0 ? null : us / n / 1000);
  const [hitMs, missMs] = [mean(counters?.hitUs, reads.hits), mean(counters?.missUs, reads.misses)];
  const added =
    hitMs === null || missMs === null ? null : Math.max(0, missMs - hitMs) * (extra / (reads.hits + reads.misses));
  const slower =
    added === null
      ? ''
      : `; reads take ${added.toFixed(2)} ms longer (a miss ${missMs?.toFixed(2)} ms, a hit ${hitMs?.toFixed(2)} ms)`;
  return {
    costPerMonth: cost,
    addedMsPerRead: added,
    bytes: null,
    text: `${counted(perMonth, 'needless query', 'needless queries')} a month${cost === null ? '' : ` (${formatDollars(cost)})`}${slower}`,
  };
}

function manualFixes(companyId: string, causes: readonly RootCause[]): ManualFix[] {
  const id = shellWord(companyId);
  const fixes: Partial<Record<string, ManualFix[]>> = {
    expired_early: [{ when: 'permanent', text: 'Store these keys for longer', command: null }],
    cleared: [
      { when: 'immediate', text: 'See who clears it, and when', command: `rcm activity ${id} --type clear` },
      {
        when: 'permanent',
        text: 'Batch config changes, and remove only the keys that a change touches',
        command: null,
      },
    ],
    updated: [
      {
        when: 'permanent',
        text: 'Write the new value when something is updated, instead of removing it',
        command: null,
      },
    ],
    evicted: [
      { when: 'permanent', text: 'Raise maxmemory, or hold less: see EVICTION_PRESSURE', command: 'rcm stats' },
    ],
    restarted: [
      {
        when: 'permanent',
        text: 'Find out why Redis restarts; persistence keeps what it holds',
        command: 'rcm doctor',
      },
    ],
    unknown: [{ when: 'immediate', text: 'See how its keys are used', command: `rcm activity ${id} --patterns` }],
  };
  return causes.flatMap(({ cause, percent }) => ((percent ?? 0) >= 10 ? (fixes[cause] ?? []) : []));
}

function missingOf({ counters }: DetectFigures, { pricing, evictions }: PlatformFigures, reuse: ReuseStudy): string[] {
  return [
    ...(reuse.threshold < 1
      ? [`accesses of all keys: ${formatPercent(reuse.threshold * 100)} of them are recorded`]
      : []),
    ...(reuse.causes.unknown > 0 ? ['what removed some of the keys'] : []),
    ...(evictions === null ? ['how many keys Redis evicted'] : []),
    ...(counters?.missUs === undefined ? ['how long reads take'] : []),
    ...(pricing === null ? ['prices'] : []),
  ];
}
