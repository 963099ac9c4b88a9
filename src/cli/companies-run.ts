import { setTimeout as sleep } from 'node:timers/promises';
import { createLogUpdate } from 'log-update';
import type { CompanyView } from '../core/domain/company-view.js';
import { parseDuration } from '../core/domain/window.js';
import { RcmError } from '../core/errors.js';
import { type CompaniesResult, companies } from '../core/services/companies/companies.js';
import { companiesFromSnapshot } from '../core/services/companies/from-snapshot.js';
import type { Ports } from '../core/services/ports.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import { toJson } from './output.js';
import { scanProgress } from './progress.js';
import { renderCsv, renderNdjson } from './table/render.js';
import { assertColumnsFit, type Selection, selectColumns, selectRows } from './table/select.js';
import { terminalFor, WIDE } from './terminal.js';
import { COMPANY_COLUMNS, companiesJson, companiesMarkdown, companiesTable, companyJson } from './views/companies.js';

interface CompaniesFlags extends Selection {
  output?: string | undefined;
  color?: boolean | undefined;
  exact: boolean;
  'allow-slow': boolean;
  'max-rate'?: number | undefined;
  fresh: boolean;
  'from-snapshot': boolean;
}

/** Waits at least ten times the last scan between two: watching must not become the load (DESIGN §8). */
const REST_FACTOR = 10;

/** One or many runs of `companies`, over one pair of connections. */
export class CompaniesRun {
  #ports: Ports | undefined;

  constructor(
    private readonly context: Context,
    private readonly flags: CompaniesFlags,
  ) {}

  /** @throws RCM_USAGE before anything is measured */
  async once(format: Format): Promise<{ text: string; warnings: string[]; complete: boolean }> {
    this.#check(format);
    const result = await this.#measure();
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
    this.#check('table');
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
      await sleep(rest, undefined, { signal: this.context.signal });
    }
  }

  /** What is wrong with the flags is said before a server is asked. */
  #check(format: Format): void {
    assertColumnsFit(format, this.flags.columns);
    selectColumns(COMPANY_COLUMNS, this.flags.columns, 0);
    selectRows([], COMPANY_COLUMNS, this.flags);
  }

  async #measure(): Promise<CompaniesResult> {
    const { config } = this.context.loaded;
    if (this.flags['from-snapshot']) return companiesFromSnapshot(await this.context.store(), config, new Date());
    this.#ports ??= await this.context.ports();
    const progress = scanProgress(process.stderr);
    try {
      const { exact, fresh, 'allow-slow': allowSlow, 'max-rate': maxRate } = this.flags;
      const ports = progress.onProgress ? { ...this.#ports, onProgress: progress.onProgress } : this.#ports;
      return await companies(ports, parseDuration(config.window) as number, {
        exact,
        fresh,
        allowSlow,
        ...(maxRate === undefined ? {} : { maxRate }),
      });
    } finally {
      progress.done();
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
