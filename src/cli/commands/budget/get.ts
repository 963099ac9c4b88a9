import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../base-command.js';
import { listFlags } from '../../flags.js';
import { formatOf, writeResult } from '../../output.js';

export default class BudgetGet extends BaseCommand {
  static override summary = 'Show the budgets: the default, those of companies, or one company with what it uses.';
  static override description =
    'Without COMPANY: the default, the thresholds, and every company that has a budget of its own, with who set it, when and why. With COMPANY: its three lines, own or default, and what the newest snapshot knows it to use, whatever its age. The rows of CSV and NDJSON are companies, or lines.';
  static override examples = [
    { description: 'All of them', command: '<%= config.bin %> budget get' },
    {
      description: 'One company, by id, name or a part of its name',
      command: '<%= config.bin %> budget get "Royal Plumbing"',
    },
    {
      description: 'To be edited, and read again by `budget import`',
      command: '<%= config.bin %> budget get --format csv --columns companyId,cache,storage,calls,reason',
    },
  ];
  static override args = {
    company: Args.string({ description: 'id, name, or an unambiguous part of the name', ignoreStdin: true }),
  };
  static override flags = { ...listFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BudgetGet);
    await this.withContext(flags, async (context) => {
      const { budgetIn } = await import('../../budget-get-run.js');
      const { text, warnings } = await budgetIn(formatOf(flags), context, args.company, flags);
      writeResult(text, flags.output);
      this.tell(warnings);
    });
  }
}
