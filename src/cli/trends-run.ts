import { PLATFORM_ID } from '../core/domain/counter-hours.js';
import { TREND_METRICS, type TrendMetric } from '../core/domain/trends/metrics.js';
import { type Zone, zoneOf } from '../core/domain/trends/zone.js';
import { MINUTE_MS } from '../core/domain/units.js';
import { RcmError } from '../core/errors.js';
import { companiesOf, companyNotFound, resolveCompany } from '../core/services/company/resolve.js';
import type { TrendsReport } from '../core/services/trends/report.js';
import { type TrendSubject, type TrendsRequest, trends } from '../core/services/trends/trends.js';
import type { CompanyListing, Store } from '../core/store/store.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import { formatOf, toJson } from './output.js';
import { terminalFor } from './terminal.js';
import { timeRange } from './time-range.js';
import { trendsText } from './views/trends.js';

export interface TrendsFlags {
  json: boolean;
  format: Format | undefined;
  output?: string | undefined;
  color?: boolean | undefined;
  metrics?: string | undefined;
  since: string;
  until?: string | undefined;
  step: 'auto' | '1h' | '1d';
  compare?: string | undefined;
  tz: string;
}

const MOST_COMPARED = 4;

/** One run of `trends`: no Redis is asked. @throws RCM_USAGE before the store is opened; RCM_COMPANY_*; RCM_STORE_* */
export async function trendsRun(
  context: Context,
  flags: TrendsFlags,
  word: string | undefined,
): Promise<{ text: string; warnings: string[] }> {
  const now = new Date();
  const zone = zoneFrom(flags.tz);
  const range = rangeOf(flags, now, zone);
  const metrics = metricsOf(flags.metrics);
  const others = flags.compare === undefined || flags.compare === 'previous' ? [] : namesIn(flags.compare);
  const store = await context.store();
  const words = [...(word === undefined ? [] : [word]), ...others];
  // The platform needs no list of companies.
  const listing: CompanyListing = words.length > 0 ? await store.companies.list() : { source: 'keys' };
  // The platform's own id in history: nobody's.
  if (words.includes(PLATFORM_ID)) throw companyNotFound('', companiesOf(listing));
  const resolved = words.map((one) => resolveCompany(one, listing, { parts: true }));
  const subjects = resolved.map(({ companyId, companyName }): TrendSubject => ({ companyId, companyName }));
  const request: TrendsRequest = {
    subject: word === undefined ? null : (subjects.shift() as TrendSubject),
    compare: flags.compare === 'previous' ? 'previous' : subjects,
    metrics,
    ...range,
    step: flags.step,
    zone,
  };
  const { report, facts } = await trends(store, request, now);
  // Only who shows nothing must be looked for further: history need not be read for everybody's sake.
  for (const { companyId, by } of resolved)
    if (by === 'unlisted' && isEmpty(report, companyId)) await assertEverRecorded(companyId, listing, store);
  const { warnings } = report;
  const format = formatOf(flags);
  if (format === 'json') return { text: toJson(report), warnings };
  if (format !== 'table') {
    // What makes tables takes longer to load than a chart to draw.
    const { trendsCsv, trendsMarkdown, trendsNdjson } = await import('./views/trends-rows.js');
    const render = { csv: trendsCsv, markdown: trendsMarkdown, ndjson: trendsNdjson }[format];
    return { text: render(report), warnings };
  }
  const terminal = terminalFor(process.stdout, { color: flags.color, toFile: flags.output !== undefined });
  return { text: trendsText(report, facts, terminal), warnings };
}

function zoneFrom(name: string): Zone {
  const zone = zoneOf(name);
  if (zone === null)
    throw new RcmError(
      'RCM_USAGE',
      `There is no time zone '${name}'`,
      'Examples: UTC, Europe/Berlin, America/New_York.',
    );
  return zone;
}

/** Dates without a time are days of the zone; times without an offset are what its clocks show. */
function rangeOf(flags: TrendsFlags, now: Date, zone: Zone): { since: Date; until: Date } {
  const { since, until } = timeRange(flags, now);
  const from = inZone(flags.since, since as Date, 'start', zone);
  const to = until === undefined ? now : inZone(flags.until as string, until, 'end', zone);
  if (from > now) throw new RcmError('RCM_USAGE', '--since is in the future', 'Examples: 7d, 90d, 2026-03-01.');
  if (from > to)
    throw new RcmError('RCM_USAGE', '--since is later than --until: there is no time between them', 'Swap them.');
  return { since: from, until: to > now ? now : to };
}

function inZone(text: string, instant: Date, part: 'start' | 'end', zone: Zone): Date {
  if (zone.name === 'UTC') return instant;
  if (/^\d{4}-\d{2}-\d{2}[T ]/.test(text.trim()) && !/(Z|[+-]\d{2}:?\d{2})$/i.test(text.trim()))
    return whenClocksShow(instant.getTime(), zone);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text.trim())) return instant;
  // Noon of that day by UTC is that day nearly everywhere; what differs is put right by the clock that is shown.
  const noon = Date.parse(`${text.trim()}T12:00:00Z`);
  const days = Math.round((Date.parse(text.trim()) - Date.parse(zone.local(noon).slice(0, 10))) / 86_400_000);
  return new Date(part === 'start' ? zone.addDays(noon, days) : zone.addDays(noon, days + 1) - 1);
}

/** The instant at which the zone's clocks show what this one is by UTC. */
function whenClocksShow(ms: number, zone: Zone): Date {
  const offset = (at: number) => Date.parse(`${zone.local(at)}Z`) - Math.floor(at / MINUTE_MS) * MINUTE_MS;
  return new Date(ms - offset(ms - offset(ms)));
}

function metricsOf(text: string | undefined): TrendMetric[] {
  if (text === undefined) return [...TREND_METRICS];
  const words = namesIn(text);
  const strange = words.find((one) => !(TREND_METRICS as readonly string[]).includes(one));
  if (strange !== undefined || words.length === 0)
    throw new RcmError(
      'RCM_USAGE',
      `There is no metric '${strange ?? ''}'`,
      `Choose from ${TREND_METRICS.join(', ')}.`,
    );
  return TREND_METRICS.filter((metric) => words.includes(metric));
}

function namesIn(text: string): string[] {
  const words = text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  if (words.length === 0) throw new RcmError('RCM_USAGE', 'Nothing is named between the commas', 'See --help.');
  if (words.length > Math.max(MOST_COMPARED, TREND_METRICS.length))
    throw new RcmError('RCM_USAGE', `${words.length} are too many for one chart`, `Name at most ${MOST_COMPARED}.`);
  return [...new Set(words)];
}

function isEmpty({ series }: TrendsReport, companyId: string): boolean {
  return series
    .filter((one) => one.companyId === companyId)
    .every(({ points }) => points.every(({ reads, memoryBytes }) => reads === null && memoryBytes === null));
}

/** @throws RCM_COMPANY_NOT_FOUND where neither a list nor history knows an id */
async function assertEverRecorded(companyId: string, listing: CompanyListing, store: Store): Promise<void> {
  const now = Date.now() + MINUTE_MS;
  if ((await store.counterHours.range(companyId, 0, now)).length > 0) return;
  if ((await store.snapshots.companyRange(companyId, new Date(0), new Date(now))).length > 0) return;
  const recorded = (await store.snapshots.latest())?.companies ?? [];
  throw companyNotFound(companyId, [...companiesOf(listing), ...recorded]);
}
