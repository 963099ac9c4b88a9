import type { PresetName } from '../core/domain/ttl-model/presets.js';
import { RcmError } from '../core/errors.js';
import type { Ports } from '../core/services/ports.js';
import type { TtlChange } from '../core/services/ttl/change.js';
import { applyToExisting, type ExistingOutcome } from '../core/services/ttl/existing.js';
import { applyTtl, planTtl, setReport, type TtlPlan } from '../core/services/ttl/set.js';
import type { Store } from '../core/store/store.js';
import { actorOf } from './actor.js';
import { ChangeOutput } from './change-output.js';
import { confirm, isInteractive } from './confirm.js';
import type { Context } from './context.js';
import { printable } from './table/column.js';
import { ttlBound, ttlSeconds } from './ttl-durations.js';
import { boundSoFar, ttlDoneText, ttlSetText } from './views/ttl/set.js';

export interface TtlSetFlags {
  json: boolean;
  format?: 'table' | 'json' | undefined;
  color?: boolean | undefined;
  default: boolean;
  ttl?: string | undefined;
  min?: string | undefined;
  max?: string | undefined;
  preset?: PresetName | undefined;
  unset: boolean;
  segment?: string | undefined;
  'events-max'?: number | undefined;
  existing: boolean;
  'max-rate'?: number | undefined;
  'dry-run': boolean;
  yes: boolean;
  reason?: string | undefined;
  actor?: string | undefined;
}

type TtlPorts = Ports & { store: Store };

/** One run of `ttl set`: what would change, whether that is wanted, the policy, and then the keys that are there. */
export class TtlSetRun {
  readonly #output: ChangeOutput;

  constructor(
    private readonly context: Context,
    private readonly flags: TtlSetFlags,
  ) {
    this.#output = new ChangeOutput(context, flags);
  }

  /** @throws RCM_USAGE, RCM_NOT_CONFIRMED before a server is asked; what the services throw */
  async run(word: string | undefined): Promise<void> {
    const { flags } = this;
    if (flags.default === (word !== undefined))
      throw new RcmError(
        'RCM_USAGE',
        flags.default ? '--default goes without a company' : 'Which company?',
        'Name one, or give --default for all without bounds of their own.',
      );
    const change = changeOf(flags);
    this.#output.assertCanConfirm();
    const { store, ...rest } = await this.context.ports();
    if (store instanceof RcmError) throw store;
    const ports: TtlPorts = { ...rest, store };
    const plan = await this.#plan(ports, word ?? null, change);
    if (!plan.changed && !flags.existing)
      return this.#output.print(setReport(plan, flags['dry-run'], ports.clock()), ttlSetText);
    const asks = !flags.yes && !flags['dry-run'] && isInteractive();
    if (asks) await this.#ask(ports, plan);
    await this.#make(ports, plan, asks);
  }

  async #plan(ports: TtlPorts, word: string | null, change: TtlChange): Promise<TtlPlan> {
    // A part of a name will do where somebody is asked whether it is the right one.
    const parts = isInteractive() && !this.flags.yes;
    const { port, done } = this.#output.progress('Reading keys');
    const request = { word, parts, change, preset: this.flags.preset ?? null };
    const plan = await planTtl({ ...ports, ...port }, request).finally(done);
    if (plan.company?.by === 'part')
      process.stderr.write(`'${word}' is ${printable(`${plan.company.companyName} (${plan.company.companyId})`)}.\n`);
    return plan;
  }

  async #ask(ports: TtlPorts, plan: TtlPlan): Promise<void> {
    const preview = setReport(plan, false, ports.clock());
    const existing = this.flags.existing ? await this.#existing(ports, plan, true) : null;
    this.#output.talk((terminal) => ttlSetText({ ...preview, ...existing }, terminal));
    await confirm('Make this change?', this.context.signal);
  }

  async #make(ports: TtlPorts, plan: TtlPlan, seen: boolean): Promise<void> {
    const { flags } = this;
    const dryRun = flags['dry-run'];
    const warnings = dryRun ? [] : await applyTtl(ports, plan, this.#act());
    const existing = flags.existing ? await this.#existing(ports, plan, dryRun) : null;
    const report = setReport(plan, dryRun, ports.clock());
    const whole = {
      ...report,
      ...existing,
      warnings: [...report.warnings, ...warnings, ...(existing?.warnings ?? [])],
    };
    this.#output.finish(whole, seen ? ttlDoneText : ttlSetText, boundSoFar);
  }

  async #existing(ports: TtlPorts, plan: TtlPlan, dryRun: boolean): Promise<ExistingOutcome> {
    const { segment, 'max-rate': maxRate } = this.flags;
    const { port, done } = this.#output.progress(dryRun ? 'Reading keys' : 'Shortening lifetimes');
    const request = { ...this.#act(), segment: segment ?? null, dryRun, maxRate };
    return applyToExisting({ ...ports, ...port }, plan, request).finally(done);
  }

  #act() {
    return { actor: actorOf(this.flags.actor), reason: this.flags.reason ?? null };
  }
}

/** What is asked for. @throws RCM_USAGE */
function changeOf(flags: TtlSetFlags): TtlChange {
  const { ttl, min, max, preset, unset, existing } = flags;
  const ways = [ttl, min ?? max, preset, unset || undefined].filter((way) => way !== undefined).length;
  if (ways > 1)
    throw new RcmError('RCM_USAGE', '--ttl, --min and --max, --preset and --unset go one at a time', 'See --help.');
  if (ways === 0 && flags['events-max'] === undefined && !existing)
    throw new RcmError(
      'RCM_USAGE',
      'What shall be set?',
      'Give --ttl, --min and --max, --preset, --unset, --events-max or --existing.',
    );
  if (unset && existing)
    throw new RcmError('RCM_USAGE', '--existing shortens lifetimes: it does not go with --unset', 'See --help.');
  if (flags.segment === '')
    throw new RcmError('RCM_USAGE', 'The segment is empty', 'Give the first part of keys, e.g. profile.');
  const fixed = ttl === undefined ? undefined : ttlSeconds(ttl, '--ttl');
  return {
    segment: flags.segment ?? null,
    minTtlSeconds: fixed ?? ttlBound(min, '--min'),
    maxTtlSeconds: fixed ?? ttlBound(max, '--max'),
    ...{ unset, eventsMax: flags['events-max'] },
  };
}
