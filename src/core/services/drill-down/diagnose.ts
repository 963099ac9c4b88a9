import type { CompanyView } from '../../domain/company-view.js';
import type { CounterTotals } from '../../domain/counters.js';
import type { CompanyFacts } from '../../domain/evaluate.js';
import { NEVER } from '../../domain/key-breakdown.js';
import { inOneLine } from '../../domain/recommend/recommend.js';
import type { NamedServer } from '../../domain/server-info.js';
import type { Window } from '../../domain/window.js';
import type { Durable } from '../companies/durable.js';
import { detectIn } from '../detect/detect.js';
import { type Measured, measuredCompany } from '../detect/measured.js';
import type { DetectReport } from '../detect/report.js';
import type { Ports } from '../ports.js';
import { recommendIn } from '../recommend/recommend.js';
import type { RecommendReport } from '../recommend/report.js';
import type { CompanyKeys } from './read-keys.js';

/** All that was read of the company, which is not read again. */
interface Findings {
  facts: CompanyFacts;
  keys: CompanyKeys;
  /** Dollars of Redis's base cost; null where unknown. */
  baseShare: number | null;
  servers: NamedServer[] | null;
  /** What was counted over the window. */
  recorded: CounterTotals | undefined;
}

/** Kinds of keys that issues tell apart. */
const MOST_SEGMENTS = 20;

/** The company as it is judged: what is wrong, and what to do, from what was read already. @throws RCM_REDIS_* */
export async function diagnose(
  ports: Ports,
  durable: Durable,
  window: Window,
  { facts, keys, baseShare, servers, recorded }: Findings,
  warnings: string[],
): Promise<{ view: CompanyView; detected: DetectReport['issues']; advice: RecommendReport['recommendations'] }> {
  const { breakdown, large } = keys;
  const foreverBytes = breakdown.byTtl().find(({ name }) => name === NEVER)?.bytes ?? 0;
  const company = measuredCompany(facts, {
    share: baseShare,
    pricing: durable.pricing,
    recorded,
    sum: { keys: breakdown.keys, bytes: breakdown.bytes, foreverBytes, ...(large === undefined ? {} : { large }) },
    segments: breakdown.bySegment(MOST_SEGMENTS),
  });
  const measured: Measured = {
    companies: [company],
    companyId: facts.companyId,
    source: durable.listing.source,
    pricing: durable.pricing,
    servers,
    usageMeasuredAt: durable.usage?.measuredAt ?? null,
    warnings: [],
    complete: durable.complete,
  };
  const found = await detectIn(ports, measured, window);
  const { report } = await recommendIn(ports, found);
  // A service that is away has been told of by whoever asked it first.
  warnings.push(...report.warnings.filter((warning) => !warnings.some((told) => sameCause(told, warning))));
  const { issues: detected } = found.report;
  const advice = report.recommendations;
  const view = {
    ...company.view,
    issues: detected.map(({ code }) => code),
    recommendations: advice.map(inOneLine),
  };
  return { view, detected, advice };
}

function sameCause(a: string, b: string): boolean {
  const cause = (text: string) => text.slice(text.indexOf(': ') + 1);
  return cause(a) === cause(b);
}
