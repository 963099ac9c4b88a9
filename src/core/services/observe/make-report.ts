import { type ObservedFigures, observedFigures, type Seen } from '../../domain/observe/figures.js';
import { addSightings, noSightings, ObservedTally, type Sightings } from '../../domain/observe/tally.js';
import { displayBytes, toBinary } from '../../redis/key-template.js';
import type { NameOf } from '../company/names.js';
import { intervalsOf, type Stop } from './intervals.js';
import type { NodeTally } from './node-tally.js';
import type { ObserveRecorder } from './recording.js';
import type { ObserveReport } from './report.js';
import type { ObserveRequest } from './request.js';
import { sightWarnings } from './sight.js';

interface Observed {
  request: ObserveRequest;
  tallies: readonly NodeTally[];
  seen: Seen;
  names: NameOf;
  startedAt: Date;
  generatedAt: Date;
  stop: Stop | null;
  recorder: ObserveRecorder | null;
  warnings: readonly string[];
}

/** What was observed as a report; `complete`: every server was observed for an interval at least. */
export function makeReport(observed: Observed): { report: ObserveReport; complete: boolean } {
  const { request, tallies, seen, startedAt, generatedAt, stop, recorder } = observed;
  const total = new ObservedTally();
  const rates = new Map<string, number>();
  for (const { tally, seconds } of tallies) {
    total.add(tally);
    // Servers may have been observed for different times: rates add up, not counts.
    if (seconds > 0)
      for (const [id, { reads }] of tally.companies) rates.set(id, (rates.get(id) ?? 0) + reads / seconds);
  }
  const sum = noSightings();
  const companies = idsOf(total, request).map((id) => {
    const sightings = total.companies.get(id) ?? noSightings();
    addSightings(sum, sightings);
    return { ...nameOf(id, observed), ...observedFigures(sightings, seen, rates.get(id) ?? 0) };
  });
  const complete = tallies.every(({ good }) => good > 0);
  // Nothing observed is unknown, not zero.
  const platform = observedFigures(
    sum,
    complete ? seen : BLIND,
    [...rates.values()].reduce((a, b) => a + b, 0),
  );
  const report: ObserveReport = {
    generatedAt,
    startedAt,
    durationSeconds: request.durationMs / 1000,
    observedSeconds: Math.min(...tallies.map(({ seconds }) => seconds)),
    mode: seen.reads ? (seen.misses ? 'full' : 'readsOnly') : 'missesOnly',
    companies: (complete ? companies : companies.map((c) => ({ ...c, ...unknownWhereNothing(c) }))).sort(byReads),
    platform: {
      ...platform,
      otherReads: complete && seen.reads && request.companies === null ? total.others.reads : null,
    },
    intervals: {
      seconds: intervalsOf(request.durationMs).ms / 1000,
      good: tallies.reduce((n, { good }) => n + good, 0),
      discarded: tallies.reduce((n, { discardedCount }) => n + discardedCount, 0),
    },
    nodes: tallies.map((tally) => tally.report()),
    stoppedEarly: stop,
    recorded: recorder?.report() ?? null,
    warnings: [],
  };
  return { report: { ...report, warnings: warningsOf(observed, report, sum, total) }, complete };
}

const BLIND: Seen = { reads: false, misses: false, expirations: false, evictions: false };

/** Named companies are shown even when nothing was seen of them. */
function idsOf(total: ObservedTally, { companies }: ObserveRequest): string[] {
  return companies === null ? [...total.companies.keys()] : companies.map(({ companyId }) => toBinary(companyId));
}

function nameOf(id: string, { request, names }: Observed): { companyId: string; companyName: string | null } {
  const companyId = displayBytes(id);
  const named = request.companies?.find((company) => company.companyId === companyId);
  return { companyId, companyName: named?.companyName ?? names(companyId) };
}

function unknownWhereNothing(figures: ObservedFigures): Partial<ObservedFigures> {
  return figures.reads === 0 ? observedFigures(noSightings(), BLIND, null) : {};
}

function byReads(a: ObserveReport['companies'][number], b: ObserveReport['companies'][number]): number {
  return (b.reads ?? b.misses ?? 0) - (a.reads ?? a.misses ?? 0) || (a.companyId < b.companyId ? -1 : 1);
}

function warningsOf(observed: Observed, report: ObserveReport, sum: Sightings, total: ObservedTally): string[] {
  const { tallies, seen, stop, recorder, warnings, request } = observed;
  const found = [...warnings, ...sightWarnings(tallies, seen)];
  if (stop !== null) found.push(`Stopped early: ${stop.message} The figures are of the time until then.`);
  for (const { node, good, discarded } of report.nodes) {
    const count = Object.values(discarded).reduce((n, one) => n + one, 0);
    const why = Object.entries(discarded).flatMap(([reason, n]) => (n > 0 ? [`${REASONS[reason]} (${n})`] : []));
    if (count > 0) found.push(`${count} of ${count + good} intervals of ${node} do not count: ${why.join(', ')}.`);
  }
  const { otherReads } = report.platform;
  if (seen.reads && sum.reads === 0 && report.intervals.good > 0)
    found.push(
      request.companies === null && otherReads !== null && otherReads > 0
        ? `No company's key was read, but ${otherReads.toLocaleString('en-US')} times other keys were: is keyTemplates right?`
        : 'No read was seen: hit rates are unknown.',
    );
  if (total.full) found.push("There were over 100,000 company ids: the rest is counted as nobody's.");
  const skipped = recorder?.report().skipped ?? [];
  if (skipped.length > 0)
    found.push(
      `${skipped.length} ${skipped.length === 1 ? 'company records itself and was' : 'companies record themselves and were'} not recorded again (--force does): ${skipped.slice(0, 5).join(', ')}${skipped.length > 5 ? ', …' : ''}.`,
    );
  return [...found, ...(recorder?.warnings ?? [])];
}

const REASONS: Record<string, string> = {
  connection: 'the connection was cut, or the server did not answer',
  setting: 'its settings were changed',
  'too-much': 'more came than could be kept',
};
