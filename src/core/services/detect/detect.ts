import { type DetectFigures, type History, median, type PlatformFigures } from '../../domain/detect/figures.js';
import { judgeIssues } from '../../domain/detect/judge.js';
import { memoryRule } from '../../domain/detect/memory.js';
import { isSuspect } from '../../domain/detect/thrashing.js';
import type { DetectThresholds } from '../../domain/detect/thresholds.js';
import type { OrphanShare } from '../../domain/fix/orphan.js';
import { type Window, windowEndingAt } from '../../domain/window.js';
import { RcmError } from '../../errors.js';
import { scanNodes } from '../../redis/connect/scan-nodes.js';
import { redisError } from '../../redis/redis-error.js';
import type { Ports } from '../ports.js';
import { type Peer, peersOf, readHistories } from './history.js';
import { reportOf } from './make-report.js';
import { type Measured, type MeasuredCompany, measureAll, measureOne } from './measured.js';
import { readLargeKeys } from './parts.js';
import type { DetectReport } from './report.js';
import { compareClocks, readServerHistory } from './servers.js';
import { noteIssues } from './since.js';
import { studySuspects } from './study.js';
import { walkCompanies } from './walk.js';

export interface DetectOptions {
  /** Length of the window that hit rates cover. */
  windowMs: number;
  /** Only this company: an id, a name, or a part of just one name. */
  companyId?: string | undefined;
  /** Ask MongoDB again for usage, even when a recent reading is kept. */
  fresh?: boolean | undefined;
  maxRate?: number | undefined;
}

/** The report, whether every configured service could be read, and what the issues were found in. */
export interface DetectResult {
  report: DetectReport;
  complete: boolean;
  figures: DetectFigures[];
  platform: PlatformFigures;
}

/**
 * What is wrong with the companies' caches, why, what it costs and what helps. What was found is noted, so that the next
 * look knows since when.
 * @throws RCM_REDIS_* when Redis cannot be read; with a company RCM_COMPANY_NOT_FOUND, RCM_COMPANY_AMBIGUOUS
 */
export async function detect(ports: Ports, options: DetectOptions): Promise<DetectResult> {
  const window = windowEndingAt(ports.clock(), options.windowMs);
  const { detect: thresholds } = ports.config;
  const request = {
    window,
    largeFrom: thresholds.largeKeys.bytes,
    fresh: options.fresh ?? false,
    maxRate: options.maxRate,
  };
  const measured = await (options.companyId === undefined
    ? measureAll(ports, request)
    : measureOne(ports, options.companyId, request));
  return detectIn(ports, measured, window, options.maxRate);
}

/** What is wrong in what was measured already. As `detect` otherwise. @throws RCM_REDIS_* when Redis cannot be read */
export async function detectIn(
  ports: Ports,
  measured: Measured,
  window: Window,
  maxRate?: number | undefined,
): Promise<DetectResult> {
  try {
    const { figures, platform, withEvents, warnings } = await study(ports, measured, window, maxRate);
    const all = measured.companyId === null;
    const judgement = judgeIssues(figures, platform, {
      platformToo: all,
      allCompanies: all && measured.complete,
    });
    const since = await noteIssues(judgement, ports.store, window.to, warnings);
    const report = reportOf({ measured, window, judgement, withEvents, companies: figures.length, since, warnings });
    return { report, complete: report.complete, figures, platform };
  } catch (error) {
    if (ports.signal?.aborted) throw ports.signal.reason;
    throw redisError(error, ports.redis.label);
  }
}

/** Looks closer at whatever the figures give reason to. */
async function study(ports: Ports, measured: Measured, window: Window, maxRate: number | undefined) {
  const { companies, pricing, servers, source } = measured;
  const { detect: thresholds } = ports.config;
  const warnings = [...measured.warnings];
  await compareClocks(ports, warnings);
  const happened = await readServerHistory(ports, servers, window, warnings);
  const suspects = companies
    .filter((one) => isSuspect(readsOf(one), thresholds.thrashing))
    .map((c) => c.facts.companyId);
  const { earlyLifetimes } = thresholds.thrashing;
  const studies = await studySuspects(ports, suspects, { window, servers: happened, earlyLifetimes }, warnings);
  const large = await readLargeKeys(ports, companies);
  const histories = await readHistories(ports.store, companies, window.to, thresholds.memory, warnings);
  const peers = await peersFor(ports, measured);
  const platform: PlatformFigures = {
    now: window.to,
    window,
    source,
    pricing,
    servers,
    evictions: happened.evictions,
    usual: usualOf(companies),
    thresholds,
    orphans: await orphansOf(ports, measured),
    mostOrphansPercent: ports.config.fix.orphanSharePercent,
  };
  const figures = companies.map(
    (one): DetectFigures => ({
      view: one.view,
      terms: one.terms,
      reads: readsOf(one),
      counters: one.counters,
      foreverBytes: one.sum.foreverBytes ?? null,
      large: large.get(one.facts.companyId) ?? null,
      segments: one.segments,
      history: histories.get(one.facts.companyId) ?? null,
      peers: needsPeers(one, histories, thresholds.memory) ? peersOf(one, peers, thresholds.memory) : null,
      reuse: studies.get(one.facts.companyId) ?? null,
    }),
  );
  await addSegments(ports, figures, platform, maxRate);
  return { figures, platform, withEvents: studies.size, warnings };
}

/** Where its own snapshots do not tell what is usual. */
function needsPeers(
  { facts, sum }: MeasuredCompany,
  histories: ReadonlyMap<string, History>,
  { minBytes, minSnapshots }: DetectThresholds['memory'],
): boolean {
  return sum.bytes >= minBytes && (histories.get(facts.companyId)?.snapshots ?? 0) < minSnapshots;
}

function readsOf({ facts: { hits, misses, coveredMs } }: MeasuredCompany): DetectFigures['reads'] {
  return hits === null || misses === null ? null : { hits, misses, coveredMs };
}

/** Those that a company is compared with: as measured now, or, where only it was, as the newest snapshot has them. */
async function peersFor({ store, clock }: Ports, { companies, companyId }: Measured): Promise<readonly Peer[]> {
  if (companyId === null) return companies.map(({ facts }) => ({ ...facts, calls: facts.usage.calls }));
  if (store instanceof RcmError) return [];
  return (await store.snapshots.latest(clock()).catch(() => null))?.companies ?? [];
}

/** As measured now, or, where only one company was, as the newest snapshot has it. */
async function orphansOf({ store, clock }: Ports, { companies, companyId }: Measured): Promise<OrphanShare | null> {
  const all: readonly { orphan: boolean | null; keys: number }[] | null =
    companyId === null
      ? companies.map(({ facts }) => facts)
      : store instanceof RcmError
        ? null
        : ((await store.snapshots.latest(clock()).catch(() => null))?.companies ?? null);
  const withKeys = all?.filter(({ keys }) => keys > 0);
  return withKeys === undefined
    ? null
    : { orphans: withKeys.filter(({ orphan }) => orphan === true).length, ids: withKeys.length };
}

function usualOf(companies: readonly MeasuredCompany[]): PlatformFigures['usual'] {
  const own = companies.filter(({ facts }) => facts.orphan !== true).map(({ view }) => view.metrics);
  return {
    bytes: median(own.map(({ cacheBytes }) => cacheBytes)),
    callsPerDay: median(own.flatMap(({ callsPerDay }) => (callsPerDay === null ? [] : [callsPerDay]))),
  };
}

/** Which kind of keys takes the memory of those that have too much: their keys are looked at once more, together. */
async function addSegments(
  ports: Ports,
  figures: DetectFigures[],
  platform: PlatformFigures,
  maxRate: number | undefined,
): Promise<void> {
  const wanted = figures.filter((one) => {
    const verdict = memoryRule(one, platform);
    return one.segments === null && 'issue' in verdict && verdict.issue !== null;
  });
  if (wanted.length === 0) return;
  const { nodes, close } = await scanNodes(ports.redis);
  try {
    const companyIds = wanted.map(({ view }) => view.companyId);
    const { companies } = await walkCompanies(ports, nodes, {
      companyIds,
      details: ['bytes'],
      largeFrom: Number.POSITIVE_INFINITY,
      maxRate,
    });
    for (const one of wanted) one.segments = companies.get(one.view.companyId)?.breakdown.bySegment(20) ?? null;
  } finally {
    close();
  }
}
