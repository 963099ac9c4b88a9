import type { CompanyView } from '../../domain/company-view.js';
import { type CostTerm, costTerms } from '../../domain/cost.js';
import type { Counters, CounterTotals } from '../../domain/counters.js';
import { type CompanyFacts, companyShares, costInput, evaluateCompany } from '../../domain/evaluate.js';
import type { KeyGroup } from '../../domain/key-breakdown.js';
import type { PricingConfig } from '../../domain/pricing.js';
import type { NamedServer } from '../../domain/server-info.js';
import type { CompanySource } from '../../domain/snapshot.js';
import type { Window } from '../../domain/window.js';
import { scanNodes } from '../../redis/connect/scan-nodes.js';
import { redisError } from '../../redis/redis-error.js';
import type { CompanySum, ScanNode } from '../../redis/scan/keyspace-scan.js';
import { readServerInfo } from '../../redis/server-info.js';
import { type Durable, readDurable } from '../companies/durable.js';
import { factsOfCompany, type Measurement, measure, orphanState, readRecorded } from '../companies/facts.js';
import { assertIsKnown } from '../company/candidates.js';
import { resolveCompany } from '../company/resolve.js';
import { baseShareOf } from '../drill-down/base-share.js';
import type { Ports } from '../ports.js';
import { walkCompanies } from './walk.js';

/** One company as it was measured, before anything was studied. */
export interface MeasuredCompany {
  facts: CompanyFacts;
  view: CompanyView;
  terms: Record<CostTerm, number | null>;
  counters: Counters | null;
  sum: CompanySum;
  /** By kind of key; null where that was not looked at. */
  segments: KeyGroup[] | null;
}

/** What was measured, of all companies or of one. */
export interface Measured {
  companies: MeasuredCompany[];
  /** The one that was asked for; null for all. */
  companyId: string | null;
  source: CompanySource;
  pricing: PricingConfig | null;
  servers: NamedServer[] | null;
  usageMeasuredAt: Date | null;
  warnings: string[];
  complete: boolean;
}

export interface MeasureRequest {
  window: Window;
  largeFrom: number;
  fresh: boolean;
  maxRate?: number | undefined;
}

/** Most kinds of keys that are told apart. */
const MOST_SEGMENTS = 20;

/** One pass over the keyspace, for all companies. @throws RCM_REDIS_* */
export async function measureAll(ports: Ports, request: MeasureRequest): Promise<Measured> {
  const { maxRate, ...options } = request;
  return measuredOf(ports, await measure(ports, { ...options, ...(maxRate === undefined ? {} : { maxRate }) }));
}

/** The same of a pass that was made already, with `largeFrom`. */
export function measuredOf({ config }: Pick<Ports, 'config'>, found: Measurement): Measured {
  const rules = { pricing: found.pricing, baseShare: config.costs.baseShare };
  const shares = companyShares(found.companies, found.platform.source, rules);
  const none: CompanySum = { keys: 0, bytes: 0, foreverBytes: 0 };
  return {
    ...found,
    companyId: null,
    source: found.platform.source,
    companies: found.companies.map((facts) =>
      measuredCompany(facts, {
        share: shares.get(facts.companyId) ?? null,
        pricing: found.pricing,
        recorded: found.recorded.get(facts.companyId),
        sum: found.scan.companies.get(facts.companyId) ?? none,
        segments: null,
      }),
    ),
  };
}

/**
 * One company alone: others' keys are read only where its share of the base cost depends on them.
 * @param word an id, a name, or a part of just one name
 * @throws RCM_COMPANY_NOT_FOUND, RCM_COMPANY_AMBIGUOUS, RCM_REDIS_*
 */
export async function measureOne(ports: Ports, word: string, request: MeasureRequest): Promise<Measured> {
  const durable = await readDurable(ports, request.fresh);
  const company = resolveCompany(word, durable.listing, { parts: true });
  const { companyId, companyName } = company;
  const warnings = [...durable.warnings];
  try {
    const { nodes, primaries, notes, close } = await scanNodes(ports.redis);
    try {
      warnings.push(...notes);
      const servers = await readServers(primaries);
      const { companies, scripted } = await walkCompanies(ports, nodes, {
        companyIds: [companyId],
        details: ['bytes', 'type', 'ttl'],
        ...request,
      });
      const walked = companies.get(companyId);
      if (walked === undefined) throw new Error('a company was walked over and is not there');
      if (walked.keys === 0) await assertIsKnown(ports, company, durable.listing);
      if (!scripted)
        warnings.push('Scripts are refused by this Redis: keys were measured one command each, which is slower.');
      const { reads, clears, recorded } = await readRecorded(ports, [companyId], request.window, warnings);
      const orphan = orphanState(durable.listing.source, company.by !== 'unlisted');
      const facts = factsOfCompany(companyId, {
        companyName,
        orphan,
        cache: walked,
        reads: reads.get(companyId),
        day: clears.get(companyId),
        usage: durable.usage,
      });
      const share = await shareOf(ports, nodes, facts, durable, request.maxRate);
      return {
        companies: [
          measuredCompany(facts, {
            share,
            pricing: durable.pricing,
            recorded: recorded.get(companyId),
            sum: walked,
            segments: walked.breakdown.bySegment(MOST_SEGMENTS),
          }),
        ],
        companyId,
        source: durable.listing.source,
        pricing: durable.pricing,
        servers,
        usageMeasuredAt: durable.usage?.measuredAt ?? null,
        warnings,
        complete: durable.complete,
      };
    } finally {
      close();
    }
  } catch (error) {
    if (ports.signal?.aborted) throw ports.signal.reason;
    throw redisError(error, ports.redis.label);
  }
}

/** What else than its facts is known of one company. */
export interface MeasuredParts {
  /** Dollars of Redis's base cost. */
  share: number | null;
  pricing: PricingConfig | null;
  recorded: CounterTotals | undefined;
  sum: CompanySum;
  segments: KeyGroup[] | null;
}

/** One company, judged by prices and its share of the base. */
export function measuredCompany(
  facts: CompanyFacts,
  { share, pricing, recorded, sum, segments }: MeasuredParts,
): MeasuredCompany {
  return {
    facts,
    view: evaluateCompany(facts, share, pricing),
    terms: costTerms(costInput(facts, share), pricing?.providers ?? null),
    counters: recorded === undefined || recorded.firstSlotMs === null ? null : recorded.counters,
    sum,
    segments,
  };
}

function shareOf(
  ports: Ports,
  nodes: readonly ScanNode[],
  { companyId, cacheBytes, orphan }: CompanyFacts,
  { listing, pricing }: Durable,
  maxRate: number | undefined,
): Promise<number | null> {
  return baseShareOf(ports, nodes, { companyId, cacheBytes, orphan }, { listing, pricing, maxRate });
}

/** What each primary says; null as soon as one does not. */
export async function readServers(primaries: readonly ScanNode[]): Promise<NamedServer[] | null> {
  const read = primaries.map(async ({ redis, label }) => ({ ...(await readServerInfo(redis)), label }));
  return Promise.all(read).catch(() => null);
}
