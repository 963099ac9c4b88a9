import type { Risk } from '../../domain/recommend/advice.js';
import { recommendFrom, type Wanted } from '../../domain/recommend/recommend.js';
import { redisError } from '../../redis/redis-error.js';
import { type DetectResult, detect } from '../detect/detect.js';
import type { Ports } from '../ports.js';
import { replayCompanies } from './replays.js';
import type { RecommendReport } from './report.js';

export interface RecommendOptions {
  /** Length of the window that hit rates cover. */
  windowMs: number;
  /** Only this company: an id, a name, or a part of just one name. */
  companyId?: string | undefined;
  /** No riskier advice. */
  risk?: Risk | undefined;
  /** Dollars a month; what saves less, or nobody knows how much, is left out. */
  minSaving?: number | undefined;
  /** Most advices. */
  limit?: number | undefined;
  /** Ask MongoDB again for usage, even when a recent reading is kept. */
  fresh?: boolean | undefined;
  maxRate?: number | undefined;
}

/** The report, and whether every configured service could be read. */
export interface RecommendResult {
  report: RecommendReport;
  complete: boolean;
}

/**
 * What to do, the best first: about everything that `detect` finds, and about TTLs that recorded accesses show to be better.
 * @throws RCM_REDIS_* when Redis cannot be read; with a company RCM_COMPANY_NOT_FOUND, RCM_COMPANY_AMBIGUOUS
 */
export async function recommend(ports: Ports, options: RecommendOptions): Promise<RecommendResult> {
  const { windowMs, companyId, fresh, maxRate } = options;
  return recommendIn(ports, await detect(ports, { windowMs, companyId, fresh, maxRate }), options);
}

/** The same from what was detected already. @throws RCM_REDIS_* */
export async function recommendIn(
  ports: Ports,
  { report: found, figures, platform }: DetectResult,
  { risk = 'high', minSaving, limit }: Pick<RecommendOptions, 'risk' | 'minSaving' | 'limit'> = {},
): Promise<RecommendResult> {
  const { minSaving: saving, minHitRateGain: hitRate } = ports.config.recommend;
  const warnings = [...found.warnings];
  const asked = { figures, platform, issues: found.issues };
  const { studies, effects, notReplayed } = await replayCompanies(ports, asked, warnings).catch((error) => {
    if (ports.signal?.aborted) throw ports.signal.reason;
    throw redisError(error, ports.redis.label);
  });
  const wanted: Wanted = { risk, minSaving: minSaving ?? null };
  const advice = recommendFrom({ issues: found.issues, studies, effects }, { saving, hitRate }, wanted);
  const { generatedAt, window, usageMeasuredAt, complete } = found;
  return {
    report: {
      ...{ generatedAt, window, usageMeasuredAt, companyId: found.companyId },
      recommendations: advice.recommendations.slice(0, limit),
      ...{ total: advice.total, wanted: advice.wanted },
      counts: { found: advice.found, wanted: advice.recommendations.length },
      examined: { companies: figures.length, replayed: studies.length },
      ...{ notReplayed, complete, warnings },
    },
    complete,
  };
}
