import { formatBytes, formatDollars, formatPercent } from '../format.js';
import { commandOn } from '../shell-word.js';
import { MB } from '../units.js';
import { type DetectFigures, NOTHING, type PlatformFigures, type Verdict } from './figures.js';
import { autoFixOf } from './fixes.js';
import type { DetectedIssue, Evidence, ManualFix, RootCause } from './issue.js';
import { largestPart } from './large-keys.js';
import { counted, evidence, instant, ranked, whole } from './wording.js';

/** What a company's memory is compared with. */
interface Expected {
  bytes: number;
  keys: number;
  from: 'history' | 'peers';
  text: string;
  /** How much more it is used than then; null where that is unknown. */
  usage: number | null;
  /** What need not be in excess yet: as much as is held by the largest of companies that are apart themselves. */
  mostBytes: number;
}

/**
 * Far more memory than is usual for the company, or, where it has no history, for companies with as many calls. Memory
 * that grew with the use of it is not in excess. Nor is, without a history, what is not far more than the largest of companies alike
 * hold: companies with as many calls may cache very different things.
 */
export function memoryRule(figures: DetectFigures, platform: PlatformFigures): Verdict {
  const limits = platform.thresholds.memory;
  const { cacheBytes } = figures.view.metrics;
  if (cacheBytes < limits.minBytes) return NOTHING;
  const expected = expectedOf(figures, platform);
  if (expected === null) return { unknown: 'neither its own snapshots nor companies alike tell what is usual' };
  const limit = (limits.percent / 100) * expected.mostBytes;
  if (cacheBytes <= limit || cacheBytes <= limit * (expected.usage ?? 1)) return NOTHING;
  if (cacheBytes - expected.bytes < limits.minBytes) return NOTHING;
  return { issue: issueOf(figures, platform, expected) };
}

function expectedOf({ history, peers, view, reads }: DetectFigures, { thresholds }: PlatformFigures): Expected | null {
  const { minSnapshots, minPeers, historyDays } = thresholds.memory;
  if (history !== null && history.snapshots >= minSnapshots) {
    const calls = ratio(view.metrics.callsPerDay, history.callsPerDay);
    const perDay =
      reads === null || reads.coveredMs === 0 ? null : ((reads.hits + reads.misses) * 86_400_000) / reads.coveredMs;
    return {
      ...history,
      from: 'history',
      mostBytes: history.bytes,
      text: `the median of ${counted(history.snapshots, 'snapshot')} since ${instant(history.from)} (${historyDays} days at most)`,
      usage: calls ?? ratio(perDay, history.readsPerDay),
    };
  }
  if (peers === null || peers.companies < minPeers || peers.bytes === 0) return null;
  return {
    ...peers,
    from: 'peers',
    text: `the median of ${counted(peers.companies, 'company', 'companies')} with about as many calls, of which hardly one holds over ${formatBytes(peers.mostBytes)}`,
    usage: null,
  };
}

function ratio(now: number | null, then: number | null): number | null {
  return now === null || then === null || then === 0 ? null : now / then;
}

function issueOf(figures: DetectFigures, platform: PlatformFigures, expected: Expected): DetectedIssue {
  const { companyId, companyName, metrics } = figures.view;
  const { pricing } = platform;
  // What more use explains is none.
  const excess = metrics.cacheBytes - expected.bytes * Math.max(1, expected.usage ?? 1);
  const percent = (metrics.cacheBytes / expected.bytes) * 100;
  const cost = pricing && (excess / MB) * pricing.providers.redis.storageCostPerMB;
  const missing = [
    ...(expected.from === 'peers' ? ['snapshots of the company: what is usual is told by companies alike'] : []),
    ...(expected.from === 'history' && expected.usage === null ? ['whether it is used more than before'] : []),
    ...(figures.segments === null ? ['its keys by kind'] : []),
    ...(pricing === null ? ['prices'] : []),
  ];
  const rootCauses = causesOf(figures, platform, expected);
  const [top] = rootCauses;
  return {
    code: 'EXCESSIVE_MEMORY',
    // What others hold only suggests what this one should.
    severity: expected.from === 'peers' ? 'warning' : 'critical',
    companyId,
    companyName,
    summary: `${formatBytes(metrics.cacheBytes)} is ${formatPercent(percent)} of what is expected (${formatBytes(expected.bytes)})${top === undefined ? '' : `: ${top.text}`}`,
    evidence: evidenceOf(figures, platform, expected, percent),
    rootCauses,
    impact: {
      costPerMonth: cost,
      addedMsPerRead: null,
      bytes: excess,
      text: `${formatBytes(excess)} too much${cost === null ? '' : `, ${formatDollars(cost)} a month`}`,
    },
    autoFix: autoFixOf('EXCESSIVE_MEMORY', companyId),
    manualFixes: manualFixes(companyId, rootCauses),
    confidence: expected.from === 'peers' ? 'low' : expected.usage === null ? 'medium' : 'high',
    missing,
  };
}

function evidenceOf(
  { view }: DetectFigures,
  { servers }: PlatformFigures,
  expected: Expected,
  percent: number,
): Evidence[] {
  const { cacheBytes, keys } = view.metrics;
  const used = servers?.reduce<number | null>(
    (sum, s) => (sum === null || s.usedMemoryBytes === null ? null : sum + s.usedMemoryBytes),
    0,
  );
  return [
    evidence('cacheBytes', cacheBytes, `It holds ${formatBytes(cacheBytes)} in ${counted(keys, 'key')}`),
    evidence(
      'expectedBytes',
      expected.bytes,
      `Expected are ${formatBytes(expected.bytes)} in ${counted(expected.keys, 'key')}: ${expected.text}`,
    ),
    evidence('percentOfExpected', percent, `${formatPercent(percent)} of what is expected`),
    evidence(
      'usageRatio',
      expected.usage,
      expected.usage === null
        ? 'How its use changed is unknown'
        : `It is used ${expected.usage.toFixed(1)} times as much as then`,
    ),
    ...(used
      ? [
          evidence(
            'percentOfRedis',
            (cacheBytes / used) * 100,
            `${formatPercent((cacheBytes / used) * 100)} of what Redis holds`,
          ),
        ]
      : []),
  ];
}

/** Growth is shared out between more keys and larger ones by their logarithms: they multiply to the whole. */
function causesOf(figures: DetectFigures, { thresholds }: PlatformFigures, expected: Expected): RootCause[] {
  const { view, foreverBytes, segments } = figures;
  const { cacheBytes, keys } = view.metrics;
  const growth = Math.log(cacheBytes / expected.bytes);
  const more = expected.keys > 0 && keys > 0 ? Math.log(keys / expected.keys) / growth : 0;
  const morePercent = Math.min(1, Math.max(0, more)) * 100;
  const [segment] = segments ?? [];
  const kind =
    segment === undefined || segment.name === ''
      ? []
      : [
          evidence(
            'largestSegment',
            segment.name,
            `Most of it is ${segment.name}: ${formatBytes(segment.bytes)} in ${counted(segment.keys, 'key')}`,
          ),
        ];
  const forever = foreverBytes === null ? 0 : (foreverBytes / cacheBytes) * 100;
  const endless = forever >= thresholds.ttl.percent;
  const keysText = `${counted(keys, 'key')} instead of ${whole(expected.keys)}`;
  return ranked([
    {
      cause: endless ? 'never_expires' : 'more_keys',
      text: endless
        ? `keys pile up: ${formatPercent(forever)} of the memory never expires`
        : `more keys than usual, ${keysText}`,
      percent: morePercent,
      evidence: [
        evidence('keys', keys, keysText),
        ...(endless ? [evidence('foreverBytes', foreverBytes, `${formatBytes(foreverBytes ?? 0)} never expires`)] : []),
        ...kind,
      ],
    },
    { ...largerCause(figures, expected), percent: 100 - morePercent },
  ]);
}

function largerCause({ large, view }: DetectFigures, expected: Expected): Omit<RootCause, 'percent'> {
  const { cacheBytes, keys } = view.metrics;
  const mean = evidence(
    'meanBytes',
    cacheBytes / Math.max(1, keys),
    `${formatBytes(cacheBytes / Math.max(1, keys))} a key instead of ${formatBytes(expected.bytes / Math.max(1, expected.keys))}`,
  );
  // Large keys explain it where they hold most of the memory.
  const found = large !== null && large.bytes >= cacheBytes / 2 ? largestPart(large) : null;
  if (found === null) return { cause: 'larger_values', text: 'larger values than usual', evidence: [mean] };
  return { cause: found.cause, text: found.text, evidence: [mean, ...found.evidence] };
}

function manualFixes(companyId: string, causes: readonly RootCause[]): ManualFix[] {
  const permanent = (text: string): ManualFix => ({ when: 'permanent', text, command: null });
  const fixes: Partial<Record<string, ManualFix[]>> = {
    embedded_data: [
      permanent('Keep files (images, recordings) in external storage, and their address in the cache'),
      permanent('Check the size of what is saved: refuse values over 100 KB'),
    ],
    unbounded_array: [permanent('Bound what grows: keep the newest entries only (LTRIM, ZREMRANGEBYRANK, XTRIM)')],
    large_values: [permanent('Check the size of what is saved: refuse values over 100 KB')],
    larger_values: [permanent('Find out what made the values larger')],
    never_expires: [permanent('Store keys with a time to live')],
    more_keys: [permanent('Find out what stores so many keys; store them for a shorter time')],
  };
  return [
    { when: 'immediate', text: 'See its largest keys', command: commandOn('rcm drill-down', companyId) },
    ...causes.flatMap(({ cause, percent }) => ((percent ?? 0) >= 10 ? (fixes[cause] ?? []) : [])),
  ];
}
