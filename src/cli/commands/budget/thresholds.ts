import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.js';
import { pricingChangeFlags, reportFlags } from '../../flags.js';

export default class BudgetThresholds extends BaseCommand {
  static override summary =
    'Set from which percent of a budget line on there is a warning, and from which it is critical.';
  static override description =
    'They hold for every line of every company; either alone may be given. 0 < warning < critical. Shown, asked and written as by `budget set`.';
  static override examples = [
    { description: 'Both', command: '<%= config.bin %> budget thresholds --warning 80 --critical 120' },
    {
      description: 'What an earlier warning would show',
      command: '<%= config.bin %> budget thresholds --warning 70 --dry-run',
    },
  ];
  static override flags = {
    ...reportFlags,
    warning: Flags.string({ description: 'from which percent on there is a warning', helpValue: 'PERCENT' }),
    critical: Flags.string({ description: 'from which percent on it is critical', helpValue: 'PERCENT' }),
    ...pricingChangeFlags,
    force: Flags.boolean({ description: 'take percents that are higher than is likely', default: false }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(BudgetThresholds);
    await this.withContext(flags, async (context) => {
      const { changePricing } = await import('../../pricing-run.js');
      const { thresholdEdits } = await import('../../../core/services/budget/edits.js');
      const edits = thresholdEdits(flags, flags.force);
      await changePricing(context, await context.store(), () => edits, flags);
    });
  }
}
