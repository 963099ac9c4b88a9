import { formatDollars, formatPercent } from '../format.js';
import { hitRate } from '../hit-rate.js';
import { DAY_MS, HOUR_MS, MONTH_MS } from '../units.js';
import { type DetectFigures, NOTHING, type PlatformFigures, type Verdict } from './figures.js';
import { autoFixOf } from './fixes.js';
import type { Evidence } from './issue.js';
import { counted, evidence, instant, ranked, whole } from './wording.js';

/**
 * A cache that costs more than it saves: few reads are answered, few calls need it, what is cached is hardly used, and
 * the queries it saves are worth less than the memory it takes. The share of Redis's base cost does not count: it stays without a cache.
 */
export function efficiencyRule(figures: DetectFigures, { thresholds, pricing, window }: PlatformFigures): Verdict {
  const { reads, view, terms } = figures;
  const { companyId, companyName, metrics, costs } = view;
  const limits = thresholds.efficiency;
  if (metrics.keys === 0) return NOTHING;
  if (reads === null) return { unknown: 'no reads are recorded' };
  const total = reads.hits + reads.misses;
  if (total < limits.minReads) return { unknown: `too few reads were recorded (under ${limits.minReads})` };
  if (reads.coveredMs < limits.minHours * HOUR_MS)
    return { unknown: `it has been recorded for too short a time (under ${limits.minHours} h)` };
  const rate = hitRate(reads.hits, reads.misses) as number;
  const calls = metrics.callsPerDay;
  const uses = (reads.hits * DAY_MS) / reads.coveredMs / metrics.keys;
  if (rate >= limits.hitRatePercent || (calls ?? 0) >= limits.callsPerDay || uses >= limits.usesPerItem) return NOTHING;
  if (pricing === null || costs.redis === null) return { unknown: 'prices are unknown' };
  const saved = ((reads.hits * MONTH_MS) / reads.coveredMs) * pricing.providers.mongodb.queryCost;
  const storage = terms['redis.storage'];
  if (saved >= (storage ?? costs.redis)) return NOTHING;
  const spared = storage === null ? null : storage - saved;
  const found: Evidence[] = [
    evidence(
      'hitRatePercent',
      rate,
      `Hit rate ${formatPercent(rate)} of ${counted(total, 'read')} since ${instant(new Date(window.to.getTime() - reads.coveredMs))} (low: under ${limits.hitRatePercent}%)`,
    ),
    evidence(
      'callsPerDay',
      calls,
      calls === null ? 'Calls are unknown' : `${counted(calls, 'call')} a day (few: under ${limits.callsPerDay})`,
    ),
    evidence(
      'usesPerItem',
      uses,
      `Each of ${counted(metrics.keys, 'cached item')} answers ${uses.toFixed(2)} reads a day (little: under ${limits.usesPerItem})`,
    ),
    evidence('savedPerMonth', saved, `The queries that it saves are worth ${formatDollars(saved)} a month`),
    evidence(
      'redisCostPerMonth',
      costs.redis,
      `It costs ${formatDollars(costs.redis)} a month${storage === null ? '' : `, ${formatDollars(storage)} of it for its memory`}`,
    ),
  ];
  return {
    issue: {
      code: 'LOW_CACHE_EFFICIENCY',
      severity: 'warning',
      companyId,
      companyName,
      summary: `Costs ${formatDollars(costs.redis)} a month and saves ${formatDollars(saved)}: hit rate ${formatPercent(rate)}, ${uses.toFixed(2)} uses per cached item and day`,
      evidence: found,
      rootCauses: ranked([
        calls === null
          ? null
          : {
              cause: 'low_call_volume',
              text: `${counted(calls, 'call')} a day are too few for what is cached to be used again`,
              percent: null,
              evidence: [found[1] as Evidence],
            },
        {
          cause: 'cold_items',
          text: `What is cached is hardly read again: ${whole(reads.misses)} of ${counted(total, 'read')} missed`,
          percent: null,
          evidence: [found[2] as Evidence],
        },
      ]),
      impact: {
        costPerMonth: spared,
        addedMsPerRead: null,
        bytes: metrics.cacheBytes,
        text: `${spared === null ? 'An unknown amount' : formatDollars(spared)} a month for memory that hardly anything is read from${costs.redis > (storage ?? 0) ? "; its share of Redis's base cost remains" : ''}`,
      },
      autoFix: autoFixOf('LOW_CACHE_EFFICIENCY', companyId),
      manualFixes: [
        { when: 'option', text: 'Keep what is cached for longer (6 hours), so that it is used more', command: null },
        { when: 'option', text: `Cache again when there are over ${limits.callsPerDay} calls a day`, command: null },
      ],
      confidence: calls === null ? 'low' : reads.coveredMs >= DAY_MS / 2 ? 'high' : 'medium',
      missing: calls === null ? ['calls a day'] : [],
    },
  };
}
