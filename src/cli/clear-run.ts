import { formatBytes, parseBytes } from '../core/domain/format.js';
import type { KeyFilter } from '../core/domain/key-filter.js';
import { SECOND_MS } from '../core/domain/units.js';
import { parseDuration } from '../core/domain/window.js';
import { RcmError } from '../core/errors.js';
import { clear } from '../core/services/clear/clear.js';
import { type ClearPreview, previewClear } from '../core/services/clear/preview.js';
import type { ClearReport } from '../core/services/clear/report.js';
import type { ClearedCompany, ClearRequest } from '../core/services/clear/request.js';
import { assertIsKnown } from '../core/services/company/candidates.js';
import { namesIn } from '../core/services/company/names.js';
import { resolveCompany } from '../core/services/company/resolve.js';
import type { Ports } from '../core/services/ports.js';
import { actorOf } from './actor.js';
import { ChangeOutput } from './change-output.js';
import { confirm, confirmNumber, isInteractive, notConfirmed } from './confirm.js';
import type { Context } from './context.js';
import { clearText, previewReport, previewText, removedSoFar } from './views/clear.js';

export interface ClearFlags {
  json: boolean;
  format?: 'table' | 'json' | undefined;
  color?: boolean | undefined;
  all: boolean;
  expect?: number | undefined;
  match?: string | undefined;
  'older-than'?: string | undefined;
  'larger-than'?: string | undefined;
  backup?: string | undefined;
  /** Absent unless given: oclif would take a default for a wish. */
  'allow-slow'?: boolean | undefined;
  'max-rate'?: number | undefined;
  'dry-run': boolean;
  yes: boolean;
  reason?: string | undefined;
  actor?: string | undefined;
}

type Selection = Pick<ClearRequest, 'companies' | 'match' | 'filter'>;

/** One run of `clear`: who is meant, what would go, whether that is wanted, and then it goes. */
export class ClearRun {
  readonly #output: ChangeOutput;

  constructor(
    private readonly context: Context,
    private readonly flags: ClearFlags,
  ) {
    this.#output = new ChangeOutput(context, flags);
  }

  /** @throws RCM_USAGE before a server is asked; what the service throws */
  async run(words: readonly string[]): Promise<void> {
    const { flags } = this;
    if (flags.all ? words.length > 0 : words.length === 0)
      throw new RcmError('RCM_USAGE', flags.all ? '--all goes without companies' : 'Which company?', 'See --help.');
    const selection = { match: flags.match, filter: filterOf(flags) };
    this.#output.assertCanConfirm(flags.expect !== undefined);
    // --yes alone must not be enough to empty a platform.
    if (flags.all && flags.expect === undefined && !flags['dry-run'] && !isInteractive())
      throw notConfirmed(
        '--all without a terminal needs the number of companies',
        'Look with --all --dry-run, then give --expect N. Nothing was changed.',
      );
    const ports = await this.context.ports();
    if (ports.store instanceof RcmError) throw ports.store;
    const names = namesIn(await ports.store.companies.list());
    const companies = flags.all ? null : await this.#companies(ports, words);
    await this.#clear(ports, { companies, ...selection }, names);
  }

  async #clear(ports: Ports, selection: Selection, names: (id: string) => string | null): Promise<void> {
    const { flags } = this;
    const needsPreview = flags.all || flags['dry-run'] || !flags.yes;
    const preview = needsPreview ? await this.#preview(ports, selection, names) : null;
    if (preview && (flags['dry-run'] || preview.keys === 0))
      return this.#output.print(previewReport(preview, flags['dry-run'], new Date()), (report, terminal) =>
        clearText(report, terminal),
      );
    if (preview) await this.#confirm(preview);
    const confirmed = preview?.companies.filter((company) => company.keys > 0);
    const report = await this.#remove(ports, { ...selection, ...(flags.all && confirmed && { confirmed }) }, preview);
    this.#output.finish(report, (done, terminal) => clearText(done, terminal), removedSoFar);
  }

  async #preview(ports: Ports, selection: Selection, names: (id: string) => string | null): Promise<ClearPreview> {
    const progress = this.#output.progress('Counting keys');
    return previewClear({ ...ports, ...progress.port }, selection, names).finally(progress.done);
  }

  async #confirm(preview: ClearPreview): Promise<void> {
    const { all, expect, yes, backup } = this.flags;
    const companies = preview.companies.filter((company) => company.keys > 0).length;
    if (expect !== undefined && expect !== companies)
      throw notConfirmed(
        `${companies} companies have such keys, not the ${expect} expected`,
        'Nothing was changed. Look at them with --dry-run.',
      );
    if (expect !== undefined || (yes && !all)) return;
    this.#output.talk((terminal) => previewText(preview, terminal));
    const what = `${preview.keys.toLocaleString('en-US')} keys, ${formatBytes(preview.bytes)}`;
    const saved = backup === undefined ? ' There is no backup.' : ` They are saved to ${backup} first.`;
    if (all)
      await confirmNumber(
        `Remove ${what}, of ALL companies?${saved} Type the number of companies:`,
        companies,
        this.context.signal,
      );
    else await confirm(`Remove ${what}?${saved}`, this.context.signal);
  }

  async #remove(
    ports: Ports,
    selection: Selection & Pick<ClearRequest, 'confirmed'>,
    preview: ClearPreview | null,
  ): Promise<ClearReport> {
    const { flags } = this;
    const progress = this.#output.progress('Removing keys');
    const began = performance.now();
    return clear(
      ports,
      {
        ...selection,
        actor: actorOf(flags.actor),
        reason: flags.reason ?? null,
        backup: flags.backup,
        allowSlow: flags['allow-slow'] ?? false,
        maxRate: flags['max-rate'],
        unlogged: this.#output.unlogged(ports),
      },
      ({ keys }) =>
        progress.port.onProgress?.({ keys, total: preview?.keys ?? 0, elapsedMs: performance.now() - began }),
    ).finally(progress.done);
  }

  /** A part of a name will do where somebody is asked whether it is the right one. */
  async #companies(ports: Ports, words: readonly string[]): Promise<ClearedCompany[]> {
    if (ports.store instanceof RcmError) throw ports.store;
    const listing = await ports.store.companies.list();
    const parts = isInteractive() && !this.flags.yes;
    const found = new Map<string, ClearedCompany>();
    for (const word of words) {
      const company = resolveCompany(word, listing, { parts });
      await assertIsKnown(ports, company, listing);
      found.set(company.companyId, company);
    }
    return [...found.values()].map(({ companyId, companyName }) => ({ companyId, companyName }));
  }
}

function filterOf(flags: ClearFlags): KeyFilter {
  const { 'older-than': age, 'larger-than': size } = flags;
  const ms = age === undefined ? undefined : parseDuration(age);
  const bytes = size === undefined ? undefined : parseBytes(size);
  if (ms === null) throw new RcmError('RCM_USAGE', `--older-than '${age}' is no duration`, 'Examples: 30m, 24h, 7d.');
  if (bytes === null)
    throw new RcmError('RCM_USAGE', `--larger-than '${size}' is no size`, 'Examples: 2000, 100KB, 1.5MB.');
  return { idleSeconds: ms === undefined ? undefined : ms / SECOND_MS, largerThanBytes: bytes };
}
