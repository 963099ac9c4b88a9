import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.js';
import { pricingChangeFlags, reportFlags } from '../../flags.js';

export default class BudgetImport extends BaseCommand {
  static override summary = "Set many companies' budgets from a CSV file, as one change.";
  static override description =
    `The header has companyId or companyName, and any of cache, storage, calls (dollars per month) and reason. An empty cell leaves a line as it is; \`default\` takes it away. A line without a reason of its own has that of --reason. Companies that the file does not name stay as they are. All or nothing: a file with a bad line changes nothing, and every bad line is told. Shown, asked and written as by \`budget set\`.`;
  static override examples = [
    { description: 'What it would change', command: '<%= config.bin %> budget import budgets.csv --dry-run' },
    {
      description: 'Import it',
      command: "<%= config.bin %> budget import budgets.csv --reason 'Budgets of 2027'",
    },
  ];
  static override args = { file: Args.string({ description: 'CSV file', required: true, ignoreStdin: true }) };
  static override flags = {
    ...reportFlags,
    ...pricingChangeFlags,
    force: Flags.boolean({
      description: 'take amounts that are higher than is likely, and ids that nothing knows yet',
      default: false,
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BudgetImport);
    await this.withContext(flags, async (context) => {
      const { importBudgets } = await import('../../budget-run.js');
      await importBudgets(context, args.file, flags);
    });
  }
}
