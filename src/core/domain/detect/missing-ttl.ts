import { formatBytes, formatDollars, formatPercent } from '../format.js';
import { commandOn } from '../shell-word.js';
import { MB } from '../units.js';
import { type DetectFigures, NOTHING, type PlatformFigures, type Verdict } from './figures.js';
import { autoFixOf } from './fixes.js';
import { evidence } from './wording.js';

/** Much of a company's memory that never expires. */
export function missingTtlRule(
  { view, foreverBytes }: DetectFigures,
  { thresholds, pricing }: PlatformFigures,
): Verdict {
  const { companyId, companyName, metrics } = view;
  const limits = thresholds.ttl;
  if (foreverBytes === null) return { unknown: 'its keys were not looked at' };
  if (metrics.cacheBytes === 0 || foreverBytes < limits.minBytes) return NOTHING;
  const percent = Math.min(100, (foreverBytes / metrics.cacheBytes) * 100);
  if (percent < limits.percent) return NOTHING;
  const cost = pricing && (foreverBytes / MB) * pricing.providers.redis.storageCostPerMB;
  return {
    issue: {
      code: 'MISSING_TTL',
      severity: 'warning',
      companyId,
      companyName,
      summary: `${formatPercent(percent)} of its memory never expires: ${formatBytes(foreverBytes)}`,
      evidence: [
        evidence(
          'foreverBytes',
          foreverBytes,
          `${formatBytes(foreverBytes)} of ${formatBytes(metrics.cacheBytes)} never expire`,
        ),
        evidence('foreverPercent', percent, `${formatPercent(percent)} (much: from ${limits.percent}%)`),
      ],
      rootCauses: [{ cause: 'no_ttl', text: 'Keys are stored without a time to live', percent: 100, evidence: [] }],
      impact: {
        costPerMonth: cost,
        addedMsPerRead: null,
        bytes: foreverBytes,
        text: `${formatBytes(foreverBytes)}${cost === null ? '' : `, ${formatDollars(cost)} a month`} at most, whatever of it nobody reads any more`,
      },
      autoFix: autoFixOf('MISSING_TTL', companyId),
      manualFixes: [
        { when: 'immediate', text: 'See which keys never expire', command: commandOn('rcm drill-down', companyId) },
        { when: 'permanent', text: 'Store keys with a time to live', command: null },
      ],
      confidence: 'high',
      missing: pricing === null ? ['prices'] : [],
    },
  };
}
