import type { PricingPorts } from '../core/services/pricing/basis.js';
import {
  applyPricing,
  type MakeEdits,
  type PricingPreview,
  previewPricing,
  type Warn,
} from '../core/services/pricing/change.js';
import { changeReport, type PricingChangeReport } from '../core/services/pricing/report.js';
import type { Store } from '../core/store/store.js';
import { actorOf } from './actor.js';
import { confirm, isInteractive } from './confirm.js';
import type { Context } from './context.js';
import { toJson, writeResult } from './output.js';
import { scanProgress } from './progress.js';
import { type Terminal, terminalFor } from './terminal.js';
import { pricingChangeText, pricingDoneText } from './views/pricing/change.js';

export interface PricingFlags {
  json: boolean;
  format?: 'table' | 'json' | undefined;
  color?: boolean | undefined;
  'dry-run': boolean;
  yes: boolean;
  reason?: string | undefined;
  actor?: string | undefined;
}

/**
 * Makes one change of prices or budgets: shows what it does, asks on a terminal, writes. Without a terminal nobody is
 * asked: it is one atomic write with its history, which can be taken back.
 * @param warn what to say beside what the change does
 * @throws what the services throw; RCM_NOT_CONFIRMED
 */
export async function changePricing(
  context: Context,
  store: Store,
  makeEdits: MakeEdits,
  flags: PricingFlags,
  warn?: Warn,
): Promise<void> {
  const ports = pricingPorts(context, store);
  const preview = await previewed(ports, makeEdits, warn);
  const reason = flags.reason ?? '';
  const report = (written: Parameters<typeof changeReport>[1]) =>
    changeReport(preview, written, { dryRun: flags['dry-run'], now: ports.clock(), reason });
  if (flags['dry-run'] || preview.changes.length === 0) return print(report(null), flags, pricingChangeText);
  const asks = !flags.yes && isInteractive();
  if (asks) {
    const terminal = terminalFor(process.stderr, { color: flags.color, toFile: false });
    process.stderr.write(`${pricingChangeText(report(null), terminal)}\n\n`);
    tell(preview.warnings);
    await confirm('Make this change?', context.signal);
  }
  const author = { actor: actorOf(flags.actor), reason, at: ports.clock() };
  const written = await applyPricing(ports, makeEdits, author, preview, asks);
  // Who was asked has seen all of it.
  print(report(written), flags, asks ? pricingDoneText : pricingChangeText, !asks);
}

/** Redis is connected when it is asked for, and not before. */
export function pricingPorts(context: Context, store: Store): PricingPorts {
  const { config } = context.loaded;
  return { config, store, redis: () => context.redis(), clock: () => new Date(), signal: context.signal };
}

async function previewed(ports: PricingPorts, makeEdits: MakeEdits, warn?: Warn): Promise<PricingPreview> {
  const { onProgress, done } = scanProgress(process.stderr);
  return previewPricing(onProgress ? { ...ports, onProgress } : ports, makeEdits, warn).finally(done);
}

function print(
  report: PricingChangeReport,
  flags: PricingFlags,
  view: (report: PricingChangeReport, terminal: Terminal) => string,
  withWarnings = true,
): void {
  const terminal = terminalFor(process.stdout, { color: flags.color, toFile: false });
  writeResult(flags.json || flags.format === 'json' ? toJson(report) : view(report, terminal), undefined);
  if (withWarnings) tell(report.warnings);
}

function tell(warnings: readonly string[]): void {
  for (const warning of warnings) process.stderr.write(`Warning: ${warning}\n`);
}
