import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { EXIT } from '../../core/errors.js';
import { BaseCommand } from '../base-command.js';
import { outputFlags } from '../flags.js';
import { formatOf, writeResult } from '../output.js';
import Companies from './companies/index.js';

export default class DrillDown extends BaseCommand {
  static override summary = 'One company in full: cards, curves, costs against the budget, keys, last events.';
  static override description =
    `Reads every key of one company, what it recorded, its last 50 events and what it costs. With --format csv or ndjson the largest keys are printed, a row each.

Where Redis's base cost is shared among all companies that have keys (no company list), or by memory, the other caches are measured too, which takes as long as \`companies\`.

With --from-snapshot no Redis is asked: everything but the keys is shown as the newest snapshot has it, at today's prices and budgets.

The log (<%= config.bin %> activity) notes who looked: pages are noted, data for programs (--json, csv, ndjson) is not. The setting logCommands turns it off.

Exit codes: 0 all was measured, 3 a service could not be reached (figures from the others are still shown), 4 no such company, or several.`;
  static override examples = [
    { description: 'By id, by name, or by a part of just one name', command: '<%= config.bin %> drill-down plumbing' },
    { description: 'At once, without touching Redis', command: '<%= config.bin %> drill-down 42 --from-snapshot' },
    {
      description: 'The 200 largest keys, for a spreadsheet',
      command: '<%= config.bin %> drill-down 42 --keys 200 --format csv --output keys.csv',
    },
    {
      description: 'What makes it large',
      command: "<%= config.bin %> drill-down 42 --json | jq '.metrics.keys.bySegment'",
    },
  ];
  static override args = {
    company: Args.string({ description: 'id, name, or part of a name', required: true, ignoreStdin: true }),
  };
  static override flags = {
    ...outputFlags,
    keys: Flags.integer({
      description: 'how many of the largest keys to show',
      min: 0,
      max: 10_000,
      default: 20,
      helpValue: 'N',
    }),
    window: Companies.flags.window,
    'max-rate': Companies.flags['max-rate'],
    'read-from': Companies.flags['read-from'],
    fresh: Companies.flags.fresh,
    'from-snapshot': Flags.boolean({
      description: 'show the newest snapshot instead of reading Redis: all but the keys, their age said',
      default: false,
      exclusive: ['keys', 'window', 'max-rate', 'read-from', 'fresh'],
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DrillDown);
    await this.withContext(flags, async (context) => {
      const { assertFormatFits, runDrillDown, drillDownIn, noteLook } = await import('../drill-down-run.js');
      const format = formatOf(flags);
      assertFormatFits(format, flags);
      const result = await runDrillDown(context, args.company, flags);
      writeResult(drillDownIn(format, result, flags), flags.output);
      this.tell(result.report.warnings);
      await noteLook(result, format);
      if (!result.complete) process.exitCode = EXIT.unreachable;
    });
  }
}
