import type { TtlBounds } from '../../domain/policy.js';
import type { TtlAccess } from '../../domain/ttl-model/access.js';
import { lifetimesUnder, typicalLifetime } from '../../domain/ttl-model/lifetimes.js';
import { figuresOf, type Prediction, predictTtls } from '../../domain/ttl-model/prediction.js';
import { CANDIDATE_TTLS, candidatesOf, PRESETS, type Preset } from '../../domain/ttl-model/presets.js';
import { simulateLifetime } from '../../domain/ttl-model/simulate-ttl.js';
import { RcmError } from '../../errors.js';
import { KeyTemplates } from '../../redis/key-template.js';
import { type Durable, readDurable } from '../companies/durable.js';
import type { ResolvedCompany } from '../company/resolve.js';
import type { Ports } from '../ports.js';
import { companyBasis, predictionBasis } from './basis.js';
import { ttlCompany } from './company.js';
import { howToGetMore, type Recorded, readRecordedTrace } from './recorded.js';
import type { TtlPresetsReport } from './report.js';

type PresetRow = TtlPresetsReport['presets'][number];
type Basis = ReturnType<typeof predictionBasis>;

/** What presets choose from, for one company. */
export interface PresetData {
  recorded: Recorded;
  basis: Basis;
  predictions: Prediction[];
}

/** The presets and their rules. */
export function presetsReport(now: Date): TtlPresetsReport {
  const presets = PRESETS.map((preset) => rowOf(preset, { chosen: null, why: null }, null));
  return { generatedAt: now, company: null, segment: null, presets, warnings: [] };
}

/**
 * The presets, and the TTL that each would choose for a company from its recorded accesses.
 * @param word an id, a name, or a part of just one name
 * @throws RCM_COMPANY_*; RCM_REDIS_*
 */
export async function companyPresets(
  ports: Ports,
  word: string,
  segment: string | null,
): Promise<{ report: TtlPresetsReport; complete: boolean }> {
  const durable = await readDurable(ports, false);
  const company = await ttlCompany(ports, word, durable.listing, { parts: true });
  const warnings = [...durable.warnings];
  const data = await presetData(ports, company, durable, segment, warnings).catch((error: unknown) => {
    if (error instanceof RcmError && error.code === 'RCM_NOT_APPLICABLE') return error;
    throw error;
  });
  const separators = new KeyTemplates(ports.config.keyTemplates).terminators;
  const presets = PRESETS.map((preset) => {
    const choice = choosePreset(preset, data, company.companyId);
    return rowOf(preset, choice, data instanceof RcmError ? null : predictedOf(choice.chosen, data, separators));
  });
  const { companyId, companyName } = company;
  return {
    report: { generatedAt: ports.clock(), company: { companyId, companyName }, segment, presets, warnings },
    complete: durable.complete,
  };
}

/** Replays all candidates. @throws RCM_NOT_APPLICABLE when nothing was recorded; RCM_REDIS_* */
export async function presetData(
  ports: Ports,
  company: ResolvedCompany,
  durable: Durable,
  segment: string | null,
  warnings: string[],
): Promise<PresetData> {
  const recorded = await readRecordedTrace(ports, company, segment);
  warnings.push(...recorded.warnings);
  const own = await companyBasis(ports, company, durable, warnings);
  const basis = predictionBasis(own, recorded.whole, segment !== null);
  return { recorded, basis, predictions: predictTtls(recorded.trace, CANDIDATE_TTLS, recorded.options, basis) };
}

/** What a preset's rule gives, or why it gives nothing. @param data an error where there is none */
export function choosePreset(
  preset: Preset,
  data: PresetData | RcmError,
  companyId: string,
): { chosen: TtlBounds | null; why: string | null } {
  if (!preset.needsData) return { chosen: preset.choose([]), why: null };
  if (data instanceof RcmError) return { chosen: null, why: data.message };
  const candidates = candidatesOf(data.predictions);
  const { untrue } = data.recorded;
  if (untrue !== null) return { chosen: null, why: `${untrue} ${howToGetMore(companyId)}` };
  if (!candidates.some(({ enough }) => enough))
    return { chosen: null, why: `Too little data. ${howToGetMore(companyId)}` };
  const chosen = preset.choose(candidates);
  if (chosen === null) return { chosen, why: 'No TTL is as the rule wants it, or costs are unknown.' };
  // All are compared, or the best of those that happen to be known well would pass for the best.
  if (!candidates.some(({ enough, ttlSeconds }) => enough && ttlSeconds === chosen.maxTtlSeconds))
    return { chosen: null, why: `Too little data. ${howToGetMore(companyId)}` };
  return { chosen, why: null };
}

function predictedOf(
  chosen: TtlBounds | null,
  data: PresetData,
  separators: readonly string[],
): PresetRow['predicted'] {
  const { recorded, basis } = data;
  if (chosen === null || recorded.untrue !== null) return null;
  const lifetimeOf = lifetimesUnder([{ ...chosen, segments: [] }], separators, recorded.observed);
  const typicalMs = typicalLifetime(recorded.recorded.accesses, lifetimeOf);
  if (typicalMs === null) return null;
  const lives = (access: TtlAccess) => lifetimeOf(access) ?? Number.POSITIVE_INFINITY;
  const simulated = simulateLifetime(recorded.trace, lives, recorded.options, typicalMs);
  if (!simulated.enough) return null;
  const { memoryBytes, totalCost } = figuresOf(simulated, recorded.options, basis);
  return { hitRate: simulated.hitRate, memoryBytes, totalCost };
}

function rowOf(
  { name, title, rule, needsData }: Preset,
  { chosen, why }: ReturnType<typeof choosePreset>,
  predicted: PresetRow['predicted'],
): PresetRow {
  return { name, title, rule, needsData, chosen, why, predicted };
}
