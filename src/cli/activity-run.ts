import { EXIT, RcmError } from '../core/errors.js';
import { activityCompany } from '../core/services/activity/company.js';
import { activityPatterns } from '../core/services/activity/patterns.js';
import type { ActivityPorts, ActivityQuery } from '../core/services/activity/query.js';
import { recentActivity } from '../core/services/activity/recent.js';
import { type ActivityReport, reportEntry } from '../core/services/activity/report.js';
import { printActivity } from './activity-follow.js';
import { type ActivityQueryFlags, activityQuery } from './activity-query.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import { formatOf, writeResult } from './output.js';
import type { Column } from './table/column.js';
import { renderList } from './table/list.js';
import { assertSelection, type Selection, selectRows } from './table/select.js';
import { type Terminal, terminalFor } from './terminal.js';
import { activityColumns, activityText } from './views/activity.js';
import { patternColumns, patternsText } from './views/activity-patterns.js';

export interface ActivityFlags extends Selection, ActivityQueryFlags {
  limit: number;
  json: boolean;
  format: Format | undefined;
  output?: string | undefined;
  color?: boolean | undefined;
  follow: boolean;
  patterns: boolean;
}

/** What is sorted or filtered afterwards is chosen from so many entries: the newest. */
const MOST_CHOSEN_FROM = 10_000;

/** One run of `activity`: the newest entries, the use of keys, or what comes. */
export class ActivityRun {
  readonly #terminal: Terminal;

  constructor(
    private readonly context: Context,
    private readonly flags: ActivityFlags,
  ) {
    this.#terminal = terminalFor(process.stdout, { color: flags.color, toFile: flags.output !== undefined });
  }

  /** @throws RCM_USAGE before a server is asked; what the services throw */
  async run(word: string | undefined): Promise<void> {
    const { flags } = this;
    const asked = activityQuery(flags, new Date());
    if (flags.patterns) this.#check(patternColumns(false));
    else this.#check(activityColumns(false));
    const ports = await this.context.portsOrErrors();
    if (ports.redis instanceof RcmError && ports.store instanceof RcmError && !flags.follow) throw ports.redis;
    const company = word === undefined ? null : await activityCompany(ports, word);
    const query: ActivityQuery = {
      ...asked,
      companyId: company?.companyId ?? null,
      companyName: company?.companyName ?? null,
      limit: flags.limit,
    };
    if (flags.follow) return printActivity(this.context, ports, query, { flags, terminal: this.#terminal });
    const complete = flags.patterns ? await this.#patterns(ports, query) : await this.#recent(ports, query);
    if (!complete) process.exitCode = EXIT.unreachable;
  }

  async #recent(ports: ActivityPorts, query: ActivityQuery): Promise<boolean> {
    const generatedAt = ports.clock();
    const chosen = this.#chooses();
    const limit = chosen ? Math.max(MOST_CHOSEN_FROM, query.limit) : query.limit;
    const { entries, warnings, complete } = await recentActivity(ports, { ...query, limit });
    if (chosen && entries.length === limit)
      warnings.push(
        `Chosen from the newest ${limit.toLocaleString('en-US')} entries: narrow them with --since or --key.`,
      );
    const report: ActivityReport = {
      generatedAt,
      companyId: query.companyId,
      entries: entries.map((entry) => reportEntry(entry, generatedAt)),
      warnings,
    };
    const columns = activityColumns(query.companyId !== null);
    const rows = selectRows(report.entries, columns, this.flags);
    this.#print(rows, columns, {
      json: () => ({ ...report, entries: rows }),
      text: (shown, terminal) => activityText(rows, shown, terminal, { narrowed: this.#narrowed(query), complete }),
      warnings,
    });
    return complete;
  }

  async #patterns(ports: ActivityPorts, query: ActivityQuery): Promise<boolean> {
    const limit = this.#chooses() ? Math.max(MOST_CHOSEN_FROM, query.limit) : query.limit;
    const { report, complete } = await activityPatterns(ports, { ...query, limit });
    const columns = patternColumns(query.companyId !== null);
    const rows = selectRows(report.patterns, columns, this.flags);
    this.#print(rows, columns, {
      json: () => ({ ...report, patterns: rows }),
      text: (shown, terminal) => patternsText({ ...report, patterns: rows }, shown, terminal),
      warnings: report.warnings,
    });
    return complete;
  }

  #print<Row>(
    rows: readonly Row[],
    columns: readonly Column<Row>[],
    result: { json: () => object; text: (columns: Column<Row>[], terminal: Terminal) => string; warnings: string[] },
  ): void {
    const { flags } = this;
    const format = formatOf(flags);
    const text = renderList(rows, columns, { format, columns: flags.columns, terminal: this.#terminal }, result);
    writeResult(text, flags.output);
    for (const warning of result.warnings) process.stderr.write(`Warning: ${warning}\n`);
  }

  /** Whether what is shown is chosen from what was read. */
  #chooses(): boolean {
    return this.flags.sort !== undefined || this.flags.filter !== undefined;
  }

  #narrowed({ types, since, until, key }: ActivityQuery): boolean {
    return this.#chooses() || [types, since, until, key].some((one) => one !== undefined);
  }

  /** What is wrong with the flags is said before a server is asked. */
  #check<Row>(columns: readonly Column<Row>[]): void {
    const { flags } = this;
    const format = formatOf(flags);
    if (flags.follow && format !== 'table' && format !== 'ndjson')
      throw new RcmError(
        'RCM_USAGE',
        `--follow does not go with ${format}, which has an end`,
        'Use --format ndjson: one JSON object a line.',
      );
    assertSelection(columns, flags, format);
  }
}
