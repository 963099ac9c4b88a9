import { followActivity } from '../core/services/activity/follow.js';
import type { ActivityPorts, ActivityQuery } from '../core/services/activity/query.js';
import { type ActivityReportEntry, reportEntry } from '../core/services/activity/report.js';
import { Interrupted } from './base-command.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import { formatOf } from './output.js';
import { AlignedLines } from './table/lines.js';
import { type Selection, selectColumns, selectRows } from './table/select.js';
import { type Terminal, WIDE } from './terminal.js';
import { activityColumns, paintActivity } from './views/activity.js';

interface FollowOutput {
  flags: Selection & { json: boolean; format: Format | undefined };
  terminal: Terminal;
}

/** Prints what happened and what happens, a line each, until Ctrl-C: exit code 130, as tail -f ends. */
export async function printActivity(
  context: Context,
  ports: ActivityPorts,
  query: ActivityQuery,
  { flags, terminal }: FollowOutput,
): Promise<void> {
  const { signal } = context;
  const columns = activityColumns(query.companyId !== null);
  const linesOf = printerOf(columns, { flags, terminal });
  const notify = (text: string) => process.stderr.write(`Warning: ${text}\n`);
  try {
    const following = followActivity({ ...ports, signal, connect: () => context.connectRedis(), notify }, query);
    for await (const entries of following) {
      const now = ports.clock();
      const all = entries.map((entry) => reportEntry(entry, now));
      const rows = selectRows(all, columns, { filter: flags.filter });
      if (rows.length > 0) process.stdout.write(`${linesOf(rows).join('\n')}\n`);
    }
  } catch (error) {
    // Ctrl-C is the way to end this: there is nothing to say.
    if (!(signal.aborted && signal.reason instanceof Interrupted)) throw error;
    process.exitCode = signal.reason.exitCode;
  }
}

function printerOf(
  columns: ReturnType<typeof activityColumns>,
  { flags, terminal }: FollowOutput,
): (rows: readonly ActivityReportEntry[]) => string[] {
  if (formatOf(flags) === 'ndjson') return (rows) => rows.map((row) => JSON.stringify(row));
  const width = Number.isFinite(terminal.width) ? terminal.width : WIDE;
  // An age is wrong as soon as it is printed.
  const standard = columns.filter((column) => column.name !== 'age');
  const shown = selectColumns(flags.columns === undefined ? standard : columns, flags.columns, width);
  const lines = new AlignedLines(shown, paintActivity(terminal));
  return (rows) => lines.lines(rows);
}
