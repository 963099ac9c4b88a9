import { formatPercent } from '../../domain/format.js';
import { keySegment } from '../../domain/key-segment.js';
import { lastWord } from '../../domain/shell-word.js';
import type { TtlAccess } from '../../domain/ttl-model/access.js';
import { type AccessTrace, accessTrace } from '../../domain/ttl-model/access-trace.js';
import { type ObservedLifetimes, observedLifetimes } from '../../domain/ttl-model/lifetimes.js';
import { type Simulated, type SimulateOptions, simulateLifetime } from '../../domain/ttl-model/simulate-ttl.js';
import { isTrueToLife } from '../../domain/ttl-model/true-to-life.js';
import { MINUTE_MS } from '../../domain/units.js';
import { RcmError } from '../../errors.js';
import { KeyTemplates } from '../../redis/key-template.js';
import { redisError } from '../../redis/redis-error.js';
import { type RecordedTrace, readTrace } from '../access/read-trace.js';
import type { ResolvedCompany } from '../company/resolve.js';
import type { Ports } from '../ports.js';
import { age } from './words.js';

/** A company's recorded accesses, ready to be replayed. */
export interface Recorded {
  recorded: RecordedTrace;
  trace: AccessTrace;
  options: SimulateOptions;
  /** null when no access tells how long what it stored lives. */
  observed: ObservedLifetimes | null;
  /** The model under today's lifetimes; null when they are unknown. `whole` of all keys, also where only those of a segment are looked at. */
  today: Simulated | null;
  whole: Simulated | null;
  /** Why nothing may be chosen or promised by this model: it does not tell what really happened. null: it does, as far as is known. */
  untrue: string | null;
  warnings: string[];
}

/** Clocks further apart than this put accesses in a wrong order; writing in bundles makes for a few seconds. */
const MOST_DISORDER_MS = MINUTE_MS / 2;
/** Accesses that ended longer ago tell of another time. */
const MOST_AGE_MS = 60 * MINUTE_MS;

/**
 * Reads what was recorded of a company. What the client writes with SET … PX starts a lifetime anew: so does the replay. The cache
 * was there before the first of these accesses: the replay warms up.
 * @param segment only accesses of its keys, and clears
 * @throws RCM_NOT_APPLICABLE when nothing was recorded; RCM_REDIS_*
 */
export async function readRecordedTrace(
  ports: Ports,
  company: ResolvedCompany,
  segment: string | null = null,
): Promise<Recorded> {
  const { companyId } = company;
  const all = await readTrace(ports.redis.client, companyId).catch((error) => {
    throw redisError(error, ports.redis.label);
  });
  const separators = new KeyTemplates(ports.config.keyTemplates).terminators;
  const accesses =
    segment === null
      ? all.accesses
      : all.accesses.filter(({ op, key }) => op === 'clear' || keySegment(key, separators) === segment);
  if (!accesses.some(({ op }) => op === 'get')) throw nothingRecorded(company, segment);
  const trace = accessTrace(accesses);
  const options = { refreshOnWrite: true, warmUp: true, sampledShare: all.sampledShare };
  const observed = observedLifetimes(accesses, separators);
  const today = observed === null ? null : simulateLifetime(trace, observed.of, options, observed.medianMs);
  const whole = segment === null ? today : wholeToday(all.accesses, separators, options);
  const recorded = { ...all, accesses };
  const untrue = untrueOf(recordedHitRate(all), whole?.hitRate ?? null);
  const warnings = [...warningsOf(recorded, ports.clock()), ...(untrue === null ? [] : [untrue])];
  return { recorded, trace, options, observed, today, whole, untrue, warnings };
}

function wholeToday(accesses: readonly TtlAccess[], separators: readonly string[], options: SimulateOptions) {
  const observed = observedLifetimes(accesses, separators);
  return observed === null ? null : simulateLifetime(accessTrace(accesses), observed.of, options, observed.medianMs);
}

/** Of the reads that were replayed, in percent, as it really was; null without any. */
export function recordedHitRate({ hits, misses }: RecordedTrace): number | null {
  return hits + misses === 0 ? null : (hits / (hits + misses)) * 100;
}

/** How to get more to go by. */
export function howToGetMore(companyId: string | null): string {
  const file = 'rcm ttl preview --trace FILE.csv';
  if (companyId === null) return 'Give the accesses of a longer time, or of more keys.';
  return `Record more for a time with \`rcm ttl set --events-max 16384 ${lastWord(companyId)}\`, or give all accesses with \`${file}\`.`;
}

function warningsOf(recorded: RecordedTrace, now: Date): string[] {
  const warnings: string[] = [];
  const { disorderMs, to } = recorded;
  if (disorderMs > MOST_DISORDER_MS)
    warnings.push(
      `Clocks of the applications go apart by ${age(disorderMs)} or more: accesses may stand in a wrong order, and predictions be off.`,
    );
  const ageMs = to === null ? 0 : now.getTime() - to.getTime();
  if (ageMs > MOST_AGE_MS)
    warnings.push(`The newest recorded access is ${age(ageMs)} old: it may tell of another time.`);
  if (ageMs < -MOST_DISORDER_MS)
    warnings.push(`The newest recorded access is ${age(-ageMs)} in the future: clocks go apart.`);
  return warnings;
}

function untrueOf(really: number | null, replayed: number | null): string | null {
  if (really === null || replayed === null || isTrueToLife(replayed, really)) return null;
  const why =
    replayed < really
      ? 'the cache was warm before the first recorded access'
      : 'keys are evicted or removed by others, or not stored after a miss';
  return `Under today's lifetimes the model has a hit rate of ${formatPercent(replayed)}, but ${formatPercent(really)} was recorded: ${why}. Do not go by its predictions.`;
}

function nothingRecorded({ companyId, companyName }: ResolvedCompany, segment: string | null): RcmError {
  const whose = `${companyName ?? companyId}${segment === null ? '' : ` in the segment '${segment}'`}`;
  return new RcmError(
    'RCM_NOT_APPLICABLE',
    `No reads of ${whose} are recorded: there is nothing to predict from`,
    'Record accesses with the client (docs/recording.md), or give a file of them with `rcm ttl preview --trace FILE.csv`.',
  );
}
