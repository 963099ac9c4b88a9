import type { BudgetLine } from '../budget.js';
import type { CostTerm } from '../cost.js';
import { withoutFloatNoise } from '../float.js';
import { formatBytes, formatDollars, formatPercent } from '../format.js';
import { commandOn } from '../shell-word.js';
import { MONTH_MS } from '../units.js';
import { type DetectFigures, NOTHING, type PlatformFigures, type Verdict } from './figures.js';
import { autoFixOf } from './fixes.js';
import type { DetectedIssue, Evidence, ManualFix, RootCause } from './issue.js';
import { counted, evidence, ranked, whole } from './wording.js';

type Line = 'cache' | 'storage';
/** What the terms of each line's cost begin with. */
const PARTS: Record<Line, string> = { cache: 'redis.', storage: 'mongodb.' };
interface Over {
  name: Line;
  line: BudgetLine & { used: number; allocated: number };
}

/** A cost over its budget line (cache or storage), and whether what the cache saves justifies it. */
export function budgetRule(figures: DetectFigures, platform: PlatformFigures): Verdict {
  const { lines } = figures.view.budget;
  if (platform.pricing === null) return { unknown: 'prices and budgets are unknown' };
  const all = (['cache', 'storage'] as const).map((name) => ({ name, line: lines[name] }));
  const over = all.filter((one): one is Over => isOver(one.line, platform.thresholds.budget.percent)).sort(worstFirst);
  const [first] = over;
  if (first === undefined)
    return tooMuchUnknown(figures, platform) ? { unknown: 'a part of its cost is unknown' } : NOTHING;
  return { issue: issueOf(figures, platform, over, first) };
}

/** Whether a line could be over all the same. Where no MongoDB is read, its storage is never known, and judged by what is. */
function tooMuchUnknown({ view }: DetectFigures, { source }: PlatformFigures): boolean {
  return view.costs.unknown.some(
    (term) => term.startsWith('redis.') || (term === 'mongodb.storage' && source === 'collection'),
  );
}

function isOver({ used, allocated, percentUsed }: BudgetLine, percent: number): boolean {
  if (used === null || allocated === null) return false;
  return percentUsed === null ? used > 0 : withoutFloatNoise(percentUsed) > percent;
}

function worstFirst(a: Over, b: Over): number {
  return b.line.used - b.line.allocated - (a.line.used - a.line.allocated);
}

function issueOf(figures: DetectFigures, platform: PlatformFigures, over: readonly Over[], worst: Over): DetectedIssue {
  const { companyId, companyName } = figures.view;
  const saved = savedOf(figures, platform);
  const { acceptableReturn } = platform.thresholds.budget;
  const cost = figures.view.costs.redis;
  const ratio = saved === null || cost === null || cost === 0 ? null : saved / cost;
  // What the cache saves is a return on what the cache costs, not on what documents and missed reads cost in MongoDB.
  const ofCache = over.every(({ name }) => name === 'cache');
  const acceptable = ofCache && ratio !== null && ratio >= acceptableReturn;
  const excess = over.reduce((sum, { line }) => sum + line.used - line.allocated, 0);
  const unknown = figures.view.costs.unknown.filter((term) => over.some(({ name }) => term.startsWith(PARTS[name])));
  return {
    code: 'COST_OVER_BUDGET',
    severity: over.some(({ line }) => line.status === 'critical') && !acceptable ? 'critical' : 'warning',
    companyId,
    companyName,
    summary: `${lineText(worst)}${over.length > 1 ? ', and the other line is over, too' : ''}`,
    evidence: [
      ...over.map((one) => evidence(`${one.name}PercentUsed`, one.line.percentUsed, lineText(one))),
      evidence(
        'returnRatio',
        ratio,
        ratio === null
          ? 'What the cache brings is unknown'
          : `The cache saves queries worth ${formatDollars(saved as number)} a month: ${times(ratio)} times its cost${ofCache ? ` (acceptable: from ${acceptableReturn})` : ''}`,
      ),
    ],
    rootCauses: ranked(causesOf(figures, platform, worst)),
    impact: {
      costPerMonth: excess,
      addedMsPerRead: null,
      bytes: null,
      text: `${formatDollars(excess)} a month over the budget`,
    },
    autoFix: autoFixOf('COST_OVER_BUDGET', companyId),
    manualFixes: manualFixes(companyId, over, acceptable, ratio),
    confidence: unknown.length > 0 ? 'low' : ratio === null ? 'medium' : 'high',
    missing: [
      ...unknown.map((term) => `the cost ${term}`),
      ...(ratio === null ? ['what the cache saves: its reads are not recorded'] : []),
    ],
    verdict: ofCache
      ? verdictOf(ratio, acceptable, acceptableReturn)
      : 'NOT JUSTIFIED - what MongoDB costs is over, and a cache brings no return on that',
  };
}

/** Dollars a month of the queries that hits saved. */
function savedOf({ reads }: DetectFigures, { pricing }: PlatformFigures): number | null {
  if (reads === null || reads.coveredMs === 0 || pricing === null) return null;
  return ((reads.hits * MONTH_MS) / reads.coveredMs) * pricing.providers.mongodb.queryCost;
}

function verdictOf(ratio: number | null, acceptable: boolean, least: number): string {
  if (ratio === null) return 'UNKNOWN - what the cache saves is not recorded';
  return acceptable
    ? `ACCEPTABLE - high cost, but it brings ${times(ratio)} times as much`
    : `NOT JUSTIFIED - it brings ${times(ratio)} times its cost (acceptable: from ${least})`;
}

function times(ratio: number): string {
  return ratio.toFixed(ratio < 1 ? 2 : 1);
}

function lineText({ name, line }: Over): string {
  const percent = line.percentUsed === null ? 'nothing allocated' : `${formatPercent(line.percentUsed)}`;
  return `${name === 'cache' ? 'Cache' : 'Storage'} costs ${formatDollars(line.used)} a month of ${formatDollars(line.allocated)} (${percent})`;
}

/** The terms of the cost, by what each adds to it. */
function causesOf(
  { view, terms, reads }: DetectFigures,
  { usual }: PlatformFigures,
  { name, line }: Over,
): RootCause[] {
  const { cacheBytes, callsPerDay } = view.metrics;
  const against = (
    value: number | null,
    then: number | null,
    text: (v: number) => string,
    label: string,
  ): Evidence[] =>
    value === null || then === null || then === 0
      ? []
      : [evidence(label, value / then, `${text(value)}; the median company has ${text(then)}`)];
  const calls = against(callsPerDay, usual.callsPerDay, (v) => `${counted(v, 'call')} a day`, 'callsToMedian');
  const of = (term: CostTerm, cause: string, text: string, ...more: Evidence[]): RootCause | null => {
    const cost = terms[term];
    if (cost === null || cost === 0) return null;
    return {
      cause,
      text,
      percent: (cost / line.used) * 100,
      evidence: [evidence(term, cost, `${formatDollars(cost)} a month`), ...more],
    };
  };
  if (name === 'cache')
    return [
      of(
        'redis.storage',
        'large_cache',
        `It holds ${formatBytes(cacheBytes)}`,
        ...against(cacheBytes, usual.bytes, formatBytes, 'bytesToMedian'),
        ...calls,
      ),
      of('redis.baseShare', 'base_share', "Its share of Redis's base cost"),
    ].filter((cause) => cause !== null);
  return [
    of('mongodb.storage', 'documents', 'Its documents in MongoDB'),
    of(
      'mongodb.queries',
      'queries',
      `Queries for what was not in the cache: ${whole(reads?.misses ?? 0)} misses`,
      ...calls,
    ),
  ].filter((cause) => cause !== null);
}

/** The next whole dollar that holds the cost. */
function manualFixes(companyId: string, over: readonly Over[], acceptable: boolean, ratio: number | null): ManualFix[] {
  const flags = over
    .map(({ name, line }) => `--${name} ${Math.max(1, Math.ceil(withoutFloatNoise(line.used)))}`)
    .join(' ');
  return [
    {
      when: 'option',
      text: 'Raise its budget to what it needs',
      command: commandOn('rcm budget set', companyId, flags),
    },
    { when: 'option', text: 'Charge the customer for it', command: null },
    acceptable
      ? { when: 'option', text: `Leave it: it brings ${times(ratio ?? 0)} times its cost`, command: null }
      : { when: 'option', text: 'Lower the cost: see what it holds', command: commandOn('rcm drill-down', companyId) },
  ];
}
