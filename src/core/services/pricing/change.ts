import type { PricingConfig } from '../../domain/pricing.js';
import { settingsProblem } from '../../domain/pricing-change/check.js';
import {
  type Author,
  type Change,
  changesOf,
  type Edit,
  edited,
  historyOf,
  type Settings,
} from '../../domain/pricing-change/edit.js';
import { type Impact, impactOf, impactText } from '../../domain/pricing-change/impact.js';
import { RcmError } from '../../errors.js';
import { impactBasis, type MeasuredBasis, type PricingPorts } from './basis.js';

/** Edits, or what makes them from the settings that stand when they are written. @throws RCM_VALUE_INVALID, RCM_USAGE */
export type MakeEdits = (current: PricingConfig) => readonly Edit[];

/** What to warn of before such edits are made. */
export type Warn = (current: PricingConfig) => readonly string[];

/** What a change would do. */
export interface PricingPreview {
  /** The version that it was made from. */
  version: number;
  changes: Change[];
  impact: Impact | null;
  basis: MeasuredBasis | null;
  warnings: string[];
}

/** What was done. */
export interface PricingResult {
  version: number;
  changes: Change[];
  impact: Impact | null;
}

/**
 * What some edits would do to every company. Writes nothing; measures only where something changes.
 * @throws RCM_VALUE_INVALID; RCM_STORE_*
 */
export async function previewPricing(
  ports: PricingPorts,
  makeEdits: MakeEdits,
  warn: Warn = () => [],
): Promise<PricingPreview> {
  const current = await ports.store.pricing.get();
  const author = { actor: '', reason: '', at: ports.clock() };
  const { changes, next } = changed(current, makeEdits, author);
  const warnings = changes.length === 0 ? [] : [...warn(current)];
  const basis = changes.length === 0 ? null : await impactBasis(ports, warnings);
  return { version: current.version, changes, impact: basis && impactOf(basis, current, next), basis, warnings };
}

/**
 * Makes the edits in one atomic write with their history. They are made again from what stands at that moment, so that
 * nothing that was changed meanwhile is lost, and the history tells what really stood before.
 * @param seen the preview that somebody has confirmed: what was changed since then is refused
 * @throws RCM_CONFLICT, RCM_VALUE_INVALID, RCM_STORE_*: nothing was written then
 */
export async function applyPricing(
  { store }: Pick<PricingPorts, 'store'>,
  makeEdits: MakeEdits,
  author: Author,
  preview: Pick<PricingPreview, 'basis' | 'version'>,
  seen: boolean,
): Promise<PricingResult> {
  let result: PricingResult = { version: preview.version, changes: [], impact: null };
  const nothing = new Error('nothing to change');
  try {
    await store.pricing.update((current) => {
      if (seen && current.version !== preview.version) throw overtaken();
      const { changes, next } = changed(current, makeEdits, author);
      if (changes.length === 0) {
        result = { version: current.version, changes, impact: null };
        throw nothing;
      }
      const impact = preview.basis && impactOf(preview.basis, current, next);
      result = { version: current.version + 1, changes, impact };
      return { ...next, history: historyOf(changes, author, result.version, impact && impactText(impact)) };
    });
  } catch (error) {
    if (error !== nothing) throw error;
  }
  return result;
}

function changed(current: PricingConfig, makeEdits: MakeEdits, author: Author): { changes: Change[]; next: Settings } {
  const edits = makeEdits(current);
  const changes = changesOf(current, edits);
  const next = edited(current, edits, author);
  const problem = changes.length > 0 ? settingsProblem(next) : null;
  if (problem !== null) throw new RcmError('RCM_VALUE_INVALID', problem, 'Nothing was changed.');
  return { changes, next };
}

function overtaken(): RcmError {
  return new RcmError(
    'RCM_CONFLICT',
    'Prices or budgets were changed while you looked at the preview',
    'Nothing was changed by this command. Run it again to see what it does now.',
  );
}
