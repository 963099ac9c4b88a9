import { formatBytes } from '../../domain/format.js';
import type { AccessTrace } from '../../domain/ttl-model/access-trace.js';
import { NO_BASIS, type Prediction, type PredictionBasis, predictTtls } from '../../domain/ttl-model/prediction.js';
import type { SimulateOptions } from '../../domain/ttl-model/simulate-ttl.js';
import { SECOND_MS } from '../../domain/units.js';
import { readDurable } from '../companies/durable.js';
import type { Ports } from '../ports.js';
import { companyBasis, predictionBasis } from './basis.js';
import { ttlCompany } from './company.js';
import { howToGetMore, readRecordedTrace, recordedHitRate } from './recorded.js';
import type { TtlPrediction, TtlPreviewReport } from './report.js';
import { age } from './words.js';

/** TTLs that are looked at unless others are asked for, in seconds: 1m 5m 15m 30m 1h 6h 24h. */
export const DEFAULT_TTLS: readonly number[] = [60, 300, 900, 1800, 3600, 21_600, 86_400];

/** Accesses of a file. */
export interface FileTrace {
  file: string;
  trace: AccessTrace;
  options: SimulateOptions;
}

export interface PreviewRequest {
  /** Seconds; null for a spread of them and the one of today. */
  ttls: readonly number[] | null;
  /** Whether writes start lifetimes anew, where it shall not be as it is. */
  refreshOnWrite?: boolean | undefined;
  /** Whether the first TTL of time is not counted, likewise. */
  warmUp?: boolean | undefined;
}

/** What TTLs would do to the accesses of a file; without a company there is no money. @throws as `simulateTtl` */
export function previewTrace(trace: FileTrace, { ttls }: PreviewRequest, now: Date): TtlPreviewReport {
  const predictions = predictTtls(trace.trace, orderedTtls(ttls ?? DEFAULT_TTLS), trace.options, NO_BASIS);
  return reportOf({ now, source: sourceOf(trace), predictions, basis: { ...NO_BASIS, memoryMeasured: false } });
}

/**
 * What TTLs would do for a company: by its recorded accesses, or those of a file.
 * @param word an id, a name, or a part of just one name
 * @throws RCM_COMPANY_*; RCM_NOT_APPLICABLE when nothing was recorded; RCM_REDIS_*
 */
export async function previewTtl(
  ports: Ports,
  word: string,
  request: PreviewRequest,
  given: FileTrace | null = null,
): Promise<{ report: TtlPreviewReport; complete: boolean }> {
  const durable = await readDurable(ports, false);
  const company = await ttlCompany(ports, word, durable.listing, { parts: true });
  const warnings = [...durable.warnings];
  const recorded = given === null ? await readRecordedTrace(ports, company) : null;
  warnings.push(...(recorded?.warnings ?? []));
  const own = await companyBasis(ports, company, durable, warnings);
  const basis = predictionBasis(own, recorded?.whole ?? null);
  const medianSeconds = recorded?.observed ? recorded.observed.medianMs / SECOND_MS : null;
  const source = recorded === null ? sourceOf(given as FileTrace) : sourceOf({ file: null, ...recorded });
  const { refreshOnWrite = source.refreshOnWrite, warmUp = source.warmUp } = request;
  const options = { sampledShare: source.sampledShare, refreshOnWrite, warmUp };
  const ttls = request.ttls ?? [...DEFAULT_TTLS, ...(medianSeconds === null ? [] : [medianSeconds])];
  const trace = recorded?.trace ?? (given as FileTrace).trace;
  const replayed = predictTtls(trace, orderedTtls(ttls), options, basis);
  const untrue = given === null && recorded?.untrue != null;
  const predictions = untrue ? replayed.map((one) => ({ ...one, cheapest: false, fastest: false })) : replayed;
  const today = {
    ttlSeconds: medianSeconds,
    recordedHitRate: recorded && recordedHitRate(recorded.recorded),
    replayedHitRate: recorded?.today?.hitRate ?? null,
    ...{ cacheBytes: own.cacheBytes, keys: own.keys },
  };
  const { companyId, companyName } = company;
  return {
    report: reportOf({
      ...{ now: ports.clock(), predictions, basis, today, warnings },
      company: { companyId, companyName },
      source: { ...source, refreshOnWrite, warmUp },
    }),
    complete: durable.complete,
  };
}

interface Parts {
  now: Date;
  company?: TtlPreviewReport['company'];
  source: TtlPreviewReport['source'];
  today?: TtlPreviewReport['today'];
  predictions: readonly Prediction[];
  basis: PredictionBasis & { memoryMeasured: boolean };
  warnings?: readonly string[];
}

function reportOf({ now, company = null, source, today = null, predictions, basis, warnings = [] }: Parts) {
  const enough = predictions.every((prediction) => prediction.enough);
  return {
    generatedAt: now,
    ...{ company, source, today },
    basis: {
      memory: basis.memoryMeasured ? ('measured' as const) : ('values' as const),
      memoryScale: basis.memoryScale,
      reads: basis.readsPerMonth === null ? ('trace' as const) : ('counters' as const),
    },
    predictions: predictions.map((prediction) => rowOf(prediction, source, today?.ttlSeconds ?? null)),
    cheapest: predictions.find(({ cheapest }) => cheapest)?.ttlSeconds ?? null,
    fastest: predictions.find(({ fastest }) => fastest)?.ttlSeconds ?? null,
    enough,
    advice: enough ? null : howToGetMore(company?.companyId ?? null),
    warnings: [...warnings],
  };
}

function rowOf(prediction: Prediction, source: TtlPreviewReport['source'], todaySeconds: number | null): TtlPrediction {
  const { ttlSeconds, stores: _stores, expired: _expired, countedMs, ...figures } = prediction;
  const { enough, longerThanTrace, memoryBytes } = figures;
  const cold = `cold cache: the accesses span ${age(source.spanSeconds * SECOND_MS)} only; hits and memory would be more`;
  const notes = [...(enough ? [] : ['too little data']), ...(longerThanTrace ? [cold] : [])];
  return {
    ttlSeconds,
    ttl: age(ttlSeconds * SECOND_MS),
    today: ttlSeconds === todaySeconds,
    countedSeconds: countedMs / SECOND_MS,
    ...figures,
    memory: formatBytes(memoryBytes),
    note: notes.length === 0 ? null : notes.join('; '),
  };
}

function sourceOf({ file, trace, options }: Omit<FileTrace, 'file'> & { file: string | null }) {
  const { length, timesMs, spanMs, keyNames } = trace;
  const at = (place: number) => dateOf(timesMs[place]);
  return {
    kind: file === null ? ('events' as const) : ('trace' as const),
    ...{ file, accesses: length, keys: keyNames.length, spanSeconds: spanMs / SECOND_MS },
    ...{ from: length > 0 ? at(0) : null, to: length > 0 ? at(length - 1) : null },
    sampledShare: options.sampledShare ?? 1,
    refreshOnWrite: options.refreshOnWrite ?? false,
    warmUp: options.warmUp ?? false,
  };
}

/** Times of a file may be on any clock. */
function dateOf(ms: number | undefined): Date | null {
  const date = new Date(ms ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date;
}

function orderedTtls(ttls: readonly number[]): number[] {
  return [...new Set(ttls)].sort((a, b) => a - b);
}
