import { type CachePolicy, DEFAULT_POLICY_ID } from '../../domain/policy.js';
import { type PresetName, presetOf } from '../../domain/ttl-model/presets.js';
import { RcmError } from '../../errors.js';
import { KeyTemplates } from '../../redis/key-template.js';
import type { Store } from '../../store/store.js';
import type { Act } from '../acts/act-log.js';
import { type Durable, readDurable } from '../companies/durable.js';
import type { ResolvedCompany } from '../company/resolve.js';
import { changePolicy, contentOf, type PolicyContent } from '../policy/change.js';
import type { Ports } from '../ports.js';
import { changedPolicy, isSame, type TtlChange } from './change.js';
import { ttlCompany } from './company.js';
import { type Predicted, predictedEffect } from './effect.js';
import { choosePreset, type PresetData, presetData } from './presets.js';
import type { TtlSetReport } from './report.js';

export interface TtlSetRequest {
  /** An id, a name, or where `parts` a part of just one name; null for the default of all companies. */
  word: string | null;
  parts: boolean;
  change: TtlChange;
  preset: PresetName | null;
}

/** What a change would do, before it is made. */
export interface TtlPlan {
  /** null: the default. */
  company: ResolvedCompany | null;
  before: CachePolicy | null;
  after: PolicyContent | null;
  /** The default's policy, which holds where the company's own says nothing. */
  fallback: CachePolicy | null;
  changed: boolean;
  preset: PresetName | null;
  predicted: Predicted;
  warnings: string[];
}

export const SET_COMMAND = 'ttl set';

type TtlPorts = Ports & { store: Store };

/**
 * Works out a change of one company's policy, or of the default's, and what it would do.
 * @throws RCM_COMPANY_*, RCM_VALUE_INVALID; RCM_NOT_APPLICABLE when a preset has too little to go by; RCM_STORE_*, RCM_MONGODB_*,
 * RCM_REDIS_*
 */
export async function planTtl(ports: TtlPorts, request: TtlSetRequest): Promise<TtlPlan> {
  const { store } = ports;
  const { word } = request;
  const durable = await readDurable(ports, false);
  const company = word === null ? null : await ttlCompany(ports, word, durable.listing, request);
  const companyId = company?.companyId ?? DEFAULT_POLICY_ID;
  const warnings = [...durable.warnings];
  const data = await dataOf(ports, request, company, durable, warnings);
  const change = await withPreset(ports, request, company, durable, data);
  const [before, fallback] = await Promise.all([store.policies.get(companyId), store.policies.get(DEFAULT_POLICY_ID)]);
  const after = changedPolicy(before, change);
  const changed = !isSame(contentOf(before), after);
  const predicted = effectOf(ports, company, data, { before, after, fallback });
  return { company, before, after, fallback, changed, preset: request.preset, predicted, warnings };
}

/** Makes the change; nothing when there is none. @throws RCM_CONFLICT when somebody else changed it since it was planned; as `changePolicy` */
export async function applyTtl(ports: TtlPorts, plan: TtlPlan, act: Act): Promise<string[]> {
  if (!plan.changed) return [];
  const companyId = plan.company?.companyId ?? DEFAULT_POLICY_ID;
  const { warnings } = await changePolicy(ports, {
    ...act,
    companyId,
    command: SET_COMMAND,
    change: (current) => {
      if ((current?.version ?? 0) !== (plan.before?.version ?? 0))
        throw new RcmError(
          'RCM_CONFLICT',
          'Somebody else changed this policy meanwhile',
          'Look with `rcm ttl get`, and run it again.',
        );
      return plan.after;
    },
  });
  return warnings;
}

/** A plan as the report of the change. */
export function setReport(plan: TtlPlan, dryRun: boolean, now: Date): TtlSetReport {
  const { company, before, after, changed, preset, predicted, warnings } = plan;
  return {
    generatedAt: now,
    companyId: company?.companyId ?? null,
    companyName: company?.companyName ?? null,
    ...{ dryRun, changed, before: shown(contentOf(before)), after: shown(after), preset, predicted },
    ...{ existing: null, stoppedBy: null, error: null, warnings },
  };
}

function shown(content: PolicyContent | null): TtlSetReport['before'] {
  if (content === null) return null;
  const { minTtlSeconds, maxTtlSeconds, segments, eventsMax } = content;
  return { minTtlSeconds, maxTtlSeconds, segments, eventsMax };
}

/** What is recorded of the company; an error where nothing is, null where nothing is asked that it could tell. */
async function dataOf(
  ports: TtlPorts,
  { change, preset }: TtlSetRequest,
  company: ResolvedCompany | null,
  durable: Durable,
  warnings: string[],
): Promise<PresetData | RcmError | null> {
  const { unset, minTtlSeconds, maxTtlSeconds } = change;
  const bounds = unset || preset !== null || minTtlSeconds !== undefined || maxTtlSeconds !== undefined;
  if (company === null || !bounds) return null;
  try {
    return await presetData(ports, company, durable, null, warnings);
  } catch (error) {
    if (ports.signal?.aborted) throw ports.signal.reason;
    // What cannot be predicted keeps nobody from setting a TTL.
    if (error instanceof RcmError) return error;
    throw error;
  }
}

/** The bounds of a preset, chosen from the accesses of the segment's keys. */
async function withPreset(
  ports: TtlPorts,
  { preset: name, change }: TtlSetRequest,
  company: ResolvedCompany | null,
  durable: Durable,
  whole: PresetData | RcmError | null,
): Promise<TtlChange> {
  if (name === null) return change;
  const preset = presetOf(name);
  if (!preset.needsData) return { ...change, ...preset.choose([]) };
  if (company === null)
    throw notApplicable(
      `The preset ${name} chooses from the accesses of one company`,
      'Name the company, or give --ttl for the default.',
    );
  if (whole instanceof RcmError) throw whole;
  const { segment } = change;
  const data = segment === null && whole ? whole : await presetData(ports, company, durable, segment, []);
  const { chosen, why } = choosePreset(preset, data, company.companyId);
  if (chosen === null)
    throw notApplicable(
      `The preset ${name} cannot be chosen: ${why}`,
      'Nothing was changed. Give --ttl, or another preset.',
    );
  return { ...change, ...chosen };
}

function effectOf(
  { config }: Ports,
  company: ResolvedCompany | null,
  data: PresetData | RcmError | null,
  { before, after, fallback }: Pick<TtlPlan, 'before' | 'after' | 'fallback'>,
): Predicted {
  const none = (why: string): Predicted => ({ before: null, after: null, why });
  if (company === null) return none('The default holds for every company without bounds of its own.');
  if (data === null) return none('TTLs stay as they are.');
  if (data instanceof RcmError) return none(data.message);
  const separators = new KeyTemplates(config.keyTemplates).terminators;
  const policies = { before: [before, fallback], after: [after, fallback] };
  return predictedEffect(company.companyId, data, policies, separators);
}

function notApplicable(message: string, hint: string): RcmError {
  return new RcmError('RCM_NOT_APPLICABLE', message, hint);
}
