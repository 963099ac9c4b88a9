import type { DetectFigures, PlatformFigures } from '../../domain/detect/figures.js';
import type { DetectedIssue, IssueCode } from '../../domain/detect/issue.js';
import type { FixEffect } from '../../domain/recommend/fix-effect.js';
import type { TtlStudy } from '../../domain/recommend/ttl-advice.js';
import { messageOf, RcmError } from '../../errors.js';
import { contentOf, type PolicyContent } from '../policy/change.js';
import type { Ports } from '../ports.js';
import { replayOne } from './replay-one.js';
import type { RecommendReport } from './report.js';

/** What other TTLs and the fixes' policies would do, company by company, and of whom that could not be told. */
export interface Replays {
  studies: TtlStudy[];
  effects: FixEffect[];
  notReplayed: RecommendReport['notReplayed'];
}

/** What was found, in any order. */
export interface Found {
  figures: readonly DetectFigures[];
  platform: PlatformFigures;
  issues: readonly Pick<DetectedIssue, 'code' | 'companyId'>[];
}

const TOO_LITTLE = 'too little data: record more for a time (`rcm ttl set COMPANY --events-max 16384`)';
/** Streams read at a time. */
const AT_ONCE = 8;
/** Companies that are named of each group. */
const MOST_NAMED = 10;

/**
 * Replays the recorded accesses of the companies with most to gain.
 * @throws what Redis says; the signal's reason when it is aborted
 */
export async function replayCompanies(
  ports: Ports,
  { figures, platform, issues }: Found,
  warnings: string[],
): Promise<Replays> {
  const result: Replays = { studies: [], effects: [], notReplayed: [] };
  const missing = new Missing();
  const chosen = withMostToGain(figures, ports.config.recommend.companies, missing, warnings);
  const policies = await readPolicies(ports, warnings);
  const codes = codesByCompany(issues);
  for (let i = 0; i < chosen.length; i += AT_ONCE) {
    ports.signal?.throwIfAborted();
    const replayed = chosen.slice(i, i + AT_ONCE).map(async (one) => {
      const request = { figures: one, platform, codes: codes.get(one.view.companyId) ?? [], policies };
      return { one, found: await replayOne(ports, request) };
    });
    for (const { one, found } of await Promise.all(replayed))
      if (typeof found === 'string') missing.add(found, one);
      else {
        result.effects.push(...found.effects);
        if (found.study !== null) result.studies.push(found.study);
        else missing.add(TOO_LITTLE, one);
      }
  }
  return { ...result, notReplayed: missing.groups() };
}

/** The same ones in whatever order they come. */
function withMostToGain(
  figures: readonly DetectFigures[],
  most: number,
  missing: Missing,
  warnings: string[],
): DetectFigures[] {
  const read: DetectFigures[] = [];
  for (const one of [...figures].sort((a, b) => (a.view.companyId < b.view.companyId ? -1 : 1))) {
    // What nobody owns is removed, not tuned.
    if (one.view.orphan === true) continue;
    if (one.reads !== null && one.reads.hits + one.reads.misses > 0) read.push(one);
    else if (one.view.metrics.keys > 0) missing.add('no reads are recorded', one);
  }
  if (read.length > most)
    warnings.push(
      `Other TTLs were tried on the ${most} of ${read.length} companies with recorded reads that have most to gain (\`recommend.companies\`).`,
    );
  return read.sort((a, b) => mostToGain(b) - mostToGain(a)).slice(0, most);
}

/** Dollars a month that hang on TTLs; no TTL can save more. */
function mostToGain({ terms }: DetectFigures): number {
  return (terms['redis.storage'] ?? 0) + (terms['mongodb.queries'] ?? 0);
}

function codesByCompany(issues: Found['issues']): Map<string | null, IssueCode[]> {
  const codes = new Map<string | null, IssueCode[]>();
  for (const { companyId, code } of issues) codes.set(companyId, [...(codes.get(companyId) ?? []), code]);
  return codes;
}

/** Policies that cannot be read are none: that is told of. */
async function readPolicies({ store }: Ports, warnings: string[]): Promise<Map<string, PolicyContent>> {
  // That the store is away has been said.
  if (store instanceof RcmError) return new Map();
  try {
    const policies = await store.policies.list();
    return new Map(policies.map((policy) => [policy.companyId, contentOf(policy) as PolicyContent]));
  } catch (error) {
    warnings.push(`Policies could not be read, so other TTLs were tried as if there were none: ${messageOf(error)}`);
    return new Map();
  }
}

/** Why companies could not be studied: a thousand of which nothing is recorded are one line. */
class Missing {
  readonly #groups = new Map<string, RecommendReport['notReplayed'][number]>();

  add(why: string, { view }: DetectFigures): void {
    const group = this.#groups.get(why) ?? { why, companies: 0, examples: [] };
    this.#groups.set(why, group);
    group.companies += 1;
    if (group.examples.length < MOST_NAMED) group.examples.push(view.companyId);
  }

  groups(): RecommendReport['notReplayed'] {
    return [...this.#groups.values()]
      .map((group) => ({ ...group, examples: group.examples.sort() }))
      .sort((a, b) => b.companies - a.companies || (a.why < b.why ? -1 : 1));
  }
}
