import { createLogUpdate } from 'log-update';
import type { CompanyView } from '../core/domain/company-view.js';
import { RcmError } from '../core/errors.js';
import { type CompaniesResult, companiesOf } from '../core/services/companies/companies.js';
import { withOpenIssues } from '../core/services/companies/open-issues.js';
import { sleep } from '../core/sleep.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import { toJson } from './output.js';
import { type SurveyFlags, Surveyor } from './surveyor.js';
import { renderCsv, renderNdjson } from './table/render.js';
import { assertSelection, type Selection, selectColumns, selectRows } from './table/select.js';
import { terminalFor, WIDE } from './terminal.js';
import { COMPANY_COLUMNS, companiesJson, companiesMarkdown, companiesTable, companyJson } from './views/companies.js';

interface CompaniesFlags extends Selection, SurveyFlags {
  output?: string | undefined;
  color?: boolean | undefined;
}

/** Waits at least ten times the last scan between two: watching must not become the load (DESIGN §8). */
const REST_FACTOR = 10;

/** One or many runs of `companies`, over one pair of connections. */
export class CompaniesRun {
  readonly #surveyor: Surveyor;

  constructor(
    private readonly context: Context,
    private readonly flags: CompaniesFlags,
  ) {
    this.#surveyor = new Surveyor(context, flags);
  }

  /** @throws RCM_USAGE before anything is measured */
  async once(format: Format): Promise<{ text: string; warnings: string[]; complete: boolean }> {
    assertSelection(COMPANY_COLUMNS, this.flags, format);
    const found = await this.#surveyor.survey();
    const result = companiesOf(await withOpenIssues(found, this.#surveyor.used().store));
    return { text: this.#text(result, format), warnings: result.report.warnings, complete: result.complete };
  }

  /** Redraws in place until interrupted. */
  async watch(seconds: number): Promise<void> {
    if (!process.stdout.isTTY)
      throw new RcmError(
        'RCM_USAGE',
        '--watch needs a terminal to draw on',
        'In a script, call `rcm companies --json` again and again.',
      );
    assertSelection(COMPANY_COLUMNS, this.flags, 'table');
    const draw = createLogUpdate(process.stdout);
    for (;;) {
      const began = performance.now();
      const { text, warnings } = await this.once('table');
      const took = performance.now() - began;
      const rest = Math.max(seconds * 1000 - took, took * REST_FACTOR);
      draw(
        [
          text,
          ...warnings.map((w) => `Warning: ${w}`),
          '',
          `${new Date().toISOString().slice(11, 19)} UTC · again in ${Math.round(rest / 1000)} s · Ctrl-C ends`,
        ].join('\n'),
      );
      await sleep(rest, this.context.signal);
    }
  }

  #text({ report }: CompaniesResult, format: Format): string {
    const rows: CompanyView[] = selectRows(report.companies, COMPANY_COLUMNS, this.flags);
    const terminal = terminalFor(process.stdout, { color: this.flags.color, toFile: this.flags.output !== undefined });
    const columns = selectColumns(
      COMPANY_COLUMNS,
      this.flags.columns,
      format === 'table' && Number.isFinite(terminal.width) ? terminal.width : WIDE,
    );
    if (format === 'json') return toJson(companiesJson(report, rows));
    if (format === 'ndjson') return renderNdjson(rows.map(companyJson));
    if (format === 'csv') return renderCsv(rows, this.flags.columns === undefined ? COMPANY_COLUMNS : columns);
    return format === 'markdown'
      ? companiesMarkdown(report, rows, columns)
      : companiesTable(report, rows, columns, terminal);
  }
}
