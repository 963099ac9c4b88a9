import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.js';
import { pricingChangeFlags, reportFlags } from '../../flags.js';

const dollars = { helpValue: 'DOLLARS' };

export default class BudgetSet extends BaseCommand {
  static override summary = 'Set what companies may cost: shown with what it does, then written with its history.';
  static override description =
    `A budget has three lines, in dollars per month: cache against the cost of Redis, storage against MongoDB, calls against Twilio. A company's own budget overrides the default line by line; a line that is not given stays as it is. 0 allows nothing: any use is critical then. On a terminal it asks before writing; with --yes, and without a terminal, it does not.

Exit codes: 0 done (or nothing to change), 2 an amount that cannot be, 3 a service could not be reached, 4 no such company, several, not confirmed, or changed by somebody else meanwhile.`;
  static override examples = [
    {
      description: 'What $8 for the cache would change',
      command: '<%= config.bin %> budget set "Royal Plumbing" --cache 8 --dry-run',
    },
    {
      description: 'All three lines, with the reason for the history',
      command: "<%= config.bin %> budget set acme --cache 8 --calls 60 --reason 'High call volume'",
    },
    {
      description: 'For every company without a budget of its own',
      command: '<%= config.bin %> budget set --default --cache 6',
    },
  ];
  static override args = {
    companies: Args.string({ description: 'id or exact name', multiple: true, ignoreStdin: true }),
  };
  static override flags = {
    ...reportFlags,
    default: Flags.boolean({ description: 'set the budget of every company that has none of its own', default: false }),
    cache: Flags.string({ description: 'for Redis, per month, e.g. 8 or $8', ...dollars }),
    storage: Flags.string({ description: 'for MongoDB, per month', ...dollars }),
    calls: Flags.string({ description: 'for Twilio, per month', ...dollars }),
    ...pricingChangeFlags,
    force: Flags.boolean({
      description: 'take amounts that are higher than is likely, and ids that nothing knows yet',
      default: false,
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BudgetSet);
    await this.withContext(flags, async (context) => {
      const { setBudgets } = await import('../../budget-run.js');
      await setBudgets(context, args.companies ?? [], flags);
    });
  }
}
