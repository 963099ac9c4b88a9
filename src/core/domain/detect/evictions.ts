import { formatBytes, formatDollars, formatPercent } from '../format.js';
import { percentOf } from '../server-info.js';
import { MONTH_MS } from '../units.js';
import { type DetectFigures, NOTHING, type PlatformFigures, type Verdict } from './figures.js';
import { autoFixOf } from './fixes.js';
import type { Evidence, Impact, ManualFix, RootCause } from './issue.js';
import { counted, evidence, instant } from './wording.js';

/** Percent of maxmemory from which keys that are evicted are critical. */
const FULL_PERCENT = 95;

const MANUAL: ManualFix[] = [
  { when: 'immediate', text: 'See who holds the memory', command: 'rcm companies --sort -size' },
  { when: 'permanent', text: 'Raise maxmemory', command: null },
  { when: 'permanent', text: 'Hold less: large keys, and keys that never expire, first', command: null },
];

interface Full {
  label: string;
  used: number;
  limit: number;
  percent: number;
  policy: string | null;
}

/** Redis evicts what it holds for want of memory, or is about to. */
export function platformEvictionRule(platform: PlatformFigures): Verdict {
  const { servers, evictions, thresholds } = platform;
  if (servers === null || evictions === null) return { unknown: 'INFO is refused by Redis' };
  const fullest = fullestOf(platform);
  const near = fullest !== null && fullest.percent >= thresholds.evictions.memoryPercent;
  if (evictions.keys === 0 && !near) return NOTHING;
  const full = fullest !== null && fullest.percent >= FULL_PERCENT;
  const fails = near && fullest.policy === 'noeviction';
  const sinceStart = evictions.comparedWith === 'start' && evictions.keys > 0;
  return {
    issue: {
      code: 'EVICTION_PRESSURE',
      severity: full && (evictions.keys > 0 || fails) ? 'critical' : 'warning',
      companyId: null,
      companyName: null,
      summary:
        evictions.keys > 0
          ? `Redis evicted ${counted(evictions.keys, 'key')} ${sinceText(platform)}`
          : `${fullest?.label} uses ${formatPercent(fullest?.percent ?? 0)} of its maxmemory: ${fails ? 'soon writes will fail (noeviction)' : 'soon keys will be evicted'}`,
      evidence: [
        evidence('evictedKeys', evictions.keys, `${counted(evictions.keys, 'key')} evicted ${sinceText(platform)}`),
        ...(fullest === null ? [] : [memoryEvidence(fullest)]),
        evidence(
          'policy',
          fullest?.policy ?? null,
          fullest === null ? 'No server has a memory limit now' : `What is evicted: ${fullest.policy}`,
        ),
      ],
      rootCauses: [memoryCause(fullest)],
      impact: impactOf(evictions.keys, evictions.from, platform),
      autoFix: autoFixOf('EVICTION_PRESSURE', null),
      manualFixes: MANUAL,
      confidence: sinceStart ? 'medium' : 'high',
      missing: sinceStart ? ["a snapshot since the server's start: when keys were evicted is unknown"] : [],
    },
  };
}

/** Keys of one company that were seen being evicted (`observe --record` counts them). */
export function companyEvictionRule({ view, counters, reads }: DetectFigures, platform: PlatformFigures): Verdict {
  const { companyId, companyName } = view;
  // Who does not observe counts none: that tells nothing.
  if (counters?.evict === undefined) return { unknown: 'its evictions are not counted (`rcm observe --record`)' };
  if (counters.evict === 0) return NOTHING;
  const { evict } = counters;
  const { window } = platform;
  const from = reads === null ? window.from : new Date(window.to.getTime() - reads.coveredMs);
  const fullest = fullestOf(platform);
  return {
    issue: {
      code: 'EVICTION_PRESSURE',
      severity: 'warning',
      companyId,
      companyName,
      summary: `${counted(evict, 'key')} of it evicted since ${instant(from)}`,
      evidence: [
        evidence('evictedKeys', evict, `${counted(evict, 'key')} evicted since ${instant(from)}`),
        ...(counters.expire === undefined
          ? []
          : [evidence('expiredKeys', counters.expire, `${counted(counters.expire, 'key')} expired meanwhile`)]),
        ...(fullest === null ? [] : [memoryEvidence(fullest)]),
      ],
      rootCauses: [memoryCause(fullest)],
      impact: impactOf(evict, from, platform),
      autoFix: autoFixOf('EVICTION_PRESSURE', companyId),
      manualFixes: MANUAL,
      confidence: 'high',
      missing: platform.pricing === null ? ['prices'] : [],
    },
  };
}

/** The fullest primary decides, because each fills for itself. */
function fullestOf({ servers }: PlatformFigures): Full | null {
  const all = (servers ?? []).flatMap(
    ({ label, usedMemoryBytes: used, maxMemoryBytes: limit, maxMemoryPolicy: policy }) => {
      const percent = percentOf(used, limit);
      return percent === null ? [] : [{ label, used: used as number, limit: limit as number, percent, policy }];
    },
  );
  return all.sort((a, b) => b.percent - a.percent)[0] ?? null;
}

function memoryEvidence({ label, used, limit, percent }: Full): Evidence {
  return evidence(
    'usedPercent',
    percent,
    `${label} uses ${formatBytes(used)} of ${formatBytes(limit)} (${formatPercent(percent)})`,
  );
}

function memoryCause(fullest: Full | null): RootCause {
  if (fullest === null)
    return {
      cause: 'memory_limit',
      text: 'There was a memory limit, which has been taken away since',
      percent: null,
      evidence: [],
    };
  return {
    cause: 'memory_limit',
    text: 'The companies together need more than maxmemory',
    percent: 100,
    evidence: [memoryEvidence(fullest)],
  };
}

function sinceText({ evictions }: PlatformFigures): string {
  if (evictions === null) return '';
  const at = evictions.from === null ? '' : `, ${instant(evictions.from)}`;
  return `since ${evictions.comparedWith === 'snapshot' ? 'the snapshot' : "the server's start"}${at}`;
}

/** Every evicted key costs one query at most: only what is wanted again is loaded again. */
function impactOf(keys: number, from: Date | null, { now, pricing }: PlatformFigures): Impact {
  const lasted = from === null ? 0 : now.getTime() - from.getTime();
  const perMonth = lasted <= 0 ? null : (keys * MONTH_MS) / lasted;
  const cost = perMonth === null || pricing === null ? null : perMonth * pricing.providers.mongodb.queryCost;
  return {
    costPerMonth: cost,
    addedMsPerRead: null,
    bytes: null,
    text:
      perMonth === null
        ? 'How often is unknown'
        : `${counted(perMonth, 'query', 'queries')} a month at most, as what is evicted and wanted again must be loaded again${cost === null ? '' : ` (${formatDollars(cost)})`}`,
  };
}
