import type { DetectedIssue, IssueCode } from '../../../../../src/core/domain/detect/issue.js';
import type { Advice } from '../../../../../src/core/domain/recommend/advice.js';
import type { TtlOutcome, TtlStudy } from '../../../../../src/core/domain/recommend/ttl-advice.js';

/** An issue that `fix` repairs, of 42. */
export function issue(code: IssueCode, own: Partial<DetectedIssue> = {}): DetectedIssue {
  const companyId = own.companyId === undefined ? '42' : own.companyId;
  return {
    code,
    severity: 'warning',
    companyId,
    companyName: companyId === null ? null : 'Royal Plumbing',
    summary: `${code} was found`,
    evidence: [],
    rootCauses: [],
    impact: { costPerMonth: 1, addedMsPerRead: null, bytes: null, text: 'what it costs' },
    autoFix: {
      available: true,
      action: `Repair ${code}`,
      additionalActions: ['and more'],
      command: `rcm fix 42 ${code}`,
    },
    manualFixes: [],
    confidence: 'high',
    missing: [],
    ...own,
  };
}

export const BY_HAND = { available: false, reason: 'a person must decide' } as const;

export function impact(costPerMonth: number | null): DetectedIssue['impact'] {
  return { costPerMonth, addedMsPerRead: null, bytes: null, text: 'what it costs' };
}

export function advice(id: string, own: Partial<Advice> = {}): Advice {
  return {
    id,
    companyId: '42',
    companyName: null,
    code: null,
    title: id,
    savingPerMonth: null,
    atMost: false,
    hitRateGain: null,
    risk: 'low',
    effort: 'one command',
    confidence: 'high',
    command: `rcm ${id}`,
    why: [],
    touches: [],
    ...own,
  };
}

/** Today: 60 s, a hit rate of 50 %, a dollar a month. */
export function study(outcomes: readonly TtlOutcome[], own: Partial<TtlStudy> = {}): TtlStudy {
  return {
    companyId: '42',
    companyName: 'Royal Plumbing',
    replayedHitRate: 50,
    medianMs: 60_000,
    recordedHitRate: 50,
    reads: 1000,
    spanMs: 24 * 3_600_000,
    outcomes,
    ...own,
  };
}

/** What a TTL does to that. @param half of the interval of the gain, and of the saving */
export function outcome(ttlSeconds: number, hitRate: number, saved: number | null, half = { points: 0, dollars: 0 }) {
  const points = hitRate - 50;
  return {
    ttlSeconds,
    before: { hitRate: 50, memoryBytes: 1_048_576, totalCost: 1 },
    hitRate,
    memoryBytes: 2_097_152,
    totalCost: saved === null ? null : 1 - saved,
    gain: { points, low: points - half.points, high: points + half.points },
    saving: saved === null ? null : { dollars: saved, margin: half.dollars },
  };
}
