import { parseDuration } from '../core/domain/window.js';
import { EXIT, RcmError } from '../core/errors.js';
import { assertIsKnown } from '../core/services/company/candidates.js';
import { resolveCompany } from '../core/services/company/resolve.js';
import { observe } from '../core/services/observe/observe.js';
import type { ObserveRequest } from '../core/services/observe/request.js';
import type { Ports } from '../core/services/ports.js';
import { Interrupted } from './base-command.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import { observeProgress } from './observe-progress.js';
import { writeResult } from './output.js';
import { renderList } from './table/list.js';
import { assertSelection, type Selection, selectRows } from './table/select.js';
import { terminalFor } from './terminal.js';
import { OBSERVE_COLUMNS, observeMarkdown, observeText } from './views/observe.js';

interface ObserveFlags extends Selection {
  output?: string | undefined;
  color?: boolean | undefined;
  duration: string;
  'max-overhead': number;
  record: boolean;
  force: boolean;
}

const SHORTEST_MS = 1000;
const LONGEST_MS = 10 * 60_000;

/** One run of `observe`: prints what was seen, sets the exit code. @returns warnings @throws RCM_USAGE before a server is asked; what the service throws */
export async function observeRun(
  context: Context,
  words: readonly string[],
  flags: ObserveFlags,
  format: Format,
): Promise<string[]> {
  assertSelection(OBSERVE_COLUMNS, flags, format);
  const durationMs = parseDuration(flags.duration);
  if (durationMs === null || durationMs < SHORTEST_MS || durationMs > LONGEST_MS)
    throw new RcmError('RCM_USAGE', `--duration '${flags.duration}' cannot be`, 'From 1s to 10m, e.g. 30s.');
  if (flags.force && !flags.record)
    throw new RcmError('RCM_USAGE', '--force goes with --record', 'Without --record nothing is counted twice.');
  const ports = await context.ports();
  const companies = words.length === 0 ? null : await companiesOf(ports, words);
  const progress = observeProgress(process.stderr);
  const { report, complete } = await observe(ports, {
    companies,
    durationMs,
    maxOverheadPercent: flags['max-overhead'],
    record: flags.record,
    force: flags.force,
    onProgress: progress.onProgress,
  }).finally(progress.done);
  const { reason } = context.signal;
  // Before anything is written: a reader that closes the pipe ends the process with what is set by then.
  process.exitCode = reason instanceof Interrupted ? reason.exitCode : complete ? EXIT.ok : EXIT.unreachable;
  const terminal = terminalFor(process.stdout, { color: flags.color, toFile: flags.output !== undefined });
  const rows = selectRows(report.companies, OBSERVE_COLUMNS, flags);
  const text = renderList(
    rows,
    OBSERVE_COLUMNS,
    { format, columns: flags.columns, terminal },
    {
      json: () => ({ ...report, companies: rows }),
      text: (columns) => observeText(report, rows, columns, terminal),
      markdown: (columns) => observeMarkdown(report, rows, columns),
    },
  );
  writeResult(text, flags.output);
  return report.warnings;
}

async function companiesOf(ports: Ports, words: readonly string[]): Promise<NonNullable<ObserveRequest['companies']>> {
  if (ports.store instanceof RcmError) throw ports.store;
  const listing = await ports.store.companies.list();
  const found = new Map<string, { companyId: string; companyName: string | null }>();
  for (const word of words) {
    const company = resolveCompany(word, listing, { parts: true });
    await assertIsKnown(ports, company, listing);
    found.set(company.companyId, { companyId: company.companyId, companyName: company.companyName });
  }
  return [...found.values()];
}
