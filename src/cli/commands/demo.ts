import { basename, relative } from 'node:path';
import * as Flags from '@oclif/core/flags';
import { createLogUpdate } from 'log-update';
import { DAY_MS } from '../../core/domain/units.js';
import { sleep } from '../../core/sleep.js';
import { BaseCommand } from '../base-command.js';
import { globalFlags } from '../flags.js';
import { toJson, writeResult } from '../output.js';
import { selectColumns } from '../table/select.js';
import { terminalFor, WIDE } from '../terminal.js';

/** The longest that a timer waits. */
const FOREVER_MS = 2 ** 31 - 1;

export default class Demo extends BaseCommand {
  static override summary = 'Try rcm on made-up companies: needs nothing but a redis-server to start.';
  static override description =
    'Starts a Redis of its own and an embedded store in a temporary folder, lives through a day of a dozen made-up companies, and prints what `rcm companies` prints. Nothing is left behind, however it ends.';
  static override examples = [
    { description: 'Look at it', command: '<%= config.bin %> demo' },
    { description: 'Keep it, to try other commands on it', command: '<%= config.bin %> demo --keep' },
  ];
  static override baseFlags = { color: globalFlags.color } as typeof BaseCommand.baseFlags;
  static override flags = {
    json: Flags.boolean({ description: 'print as `companies --json` does', exclusive: ['keep'] }),
    keep: Flags.boolean({ description: 'stay up until Ctrl-C, and say how other commands find it' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Demo);
    await this.withContext({}, async ({ signal, loaded }) => {
      const { MADE_UP, withDemo } = await import('../../demo/run.js');
      const { companies } = await import('../../core/services/companies/companies.js');
      const views = await import('../views/companies.js');
      // Hiding the cursor would put a handler on Ctrl-C that ends the process before it can tidy up.
      const draw = process.stderr.isTTY ? createLogUpdate(process.stderr, { showCursor: true }) : undefined;
      const started = withDemo({ signal, clock: () => new Date(), ...(draw && { onProgress: draw }) }, async (demo) => {
        const { report } = await companies(demo.ports, DAY_MS);
        draw?.clear();
        report.warnings.unshift(MADE_UP);
        if (flags.json) return writeResult(toJson(views.companiesJson(report, report.companies)), undefined);
        const terminal = terminalFor(process.stdout, { color: flags.color, toFile: false });
        const width = Number.isFinite(terminal.width) ? terminal.width : WIDE;
        const columns = selectColumns(views.COMPANY_COLUMNS, undefined, width);
        const table = views.companiesTable(report, report.companies, columns, terminal);
        writeResult(`${terminal.chalk.italic(MADE_UP)}\n\n${table}`, undefined);
        if (!flags.keep) return;
        const { guide } = await import('../../demo/guide.js');
        writeResult(`\n${guide(demo, this.#command(), loaded.config.mongodb.uri !== undefined)}`, undefined);
        await sleep(FOREVER_MS, signal);
      });
      await started.finally(() => draw?.clear());
    });
  }

  /** How this process was called: rcm where it is installed, the launcher's file in a clone. */
  #command(): string {
    const launcher = process.argv[1] ?? '';
    return basename(launcher) === this.config.bin ? this.config.bin : `node ${relative('', launcher)}`;
  }
}
