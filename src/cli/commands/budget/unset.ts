import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.js';
import { pricingChangeFlags, reportFlags } from '../../flags.js';

export default class BudgetUnset extends BaseCommand {
  static override summary = "Take companies' own budgets away: the default holds for them again.";
  static override description =
    'Of the lines that are named, or of all. Shown, asked and written as by `budget set`; what stood before stays in the history.';
  static override examples = [
    { description: 'All lines', command: '<%= config.bin %> budget unset "Royal Plumbing"' },
    { description: 'One of them', command: '<%= config.bin %> budget unset acme --cache --reason "Trial is over"' },
  ];
  static override args = {
    companies: Args.string({ description: 'id or exact name', multiple: true, ignoreStdin: true }),
  };
  static override flags = {
    ...reportFlags,
    cache: Flags.boolean({ description: 'the line for Redis', default: false }),
    storage: Flags.boolean({ description: 'the line for MongoDB', default: false }),
    calls: Flags.boolean({ description: 'the line for Twilio', default: false }),
    ...pricingChangeFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BudgetUnset);
    await this.withContext(flags, async (context) => {
      const { unsetBudgets } = await import('../../budget-run.js');
      await unsetBudgets(context, args.companies ?? [], flags);
    });
  }
}
