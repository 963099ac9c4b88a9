import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../base-command.js';
import { forceFlag, pricingChangeFlags, reportFlags } from '../../flags.js';

export default class PricingSet extends BaseCommand {
  static override summary = 'Set prices: shown with what they do to every company, then written with their history.';
  static override description =
    `Several prices at once are one change. What it does is computed from a snapshot under an hour old, else measured. On a terminal it asks before writing; with --yes, and without a terminal, it does not.

Exit codes: 0 done (or nothing to change), 2 a path or value that cannot be, 3 the store could not be reached, 4 not confirmed, or changed by somebody else meanwhile.`;
  static override examples = [
    {
      description: 'What a dearer MongoDB would do',
      command: '<%= config.bin %> pricing set mongodb.storageCostPerGB=0.27 --dry-run',
    },
    {
      description: 'Two prices as one change, with the reason for the history',
      command: "<%= config.bin %> pricing set redis.storageCostPerMB='$0.09' --reason 'New plan'",
    },
  ];
  static override args = {
    prices: Args.string({
      description: 'PATH=VALUE, as in `pricing get`',
      required: true,
      multiple: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    ...reportFlags,
    ...pricingChangeFlags,
    ...forceFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PricingSet);
    await this.withContext(flags, async (context) => {
      const { changePricing } = await import('../../pricing-run.js');
      const { priceEdits } = await import('../../../core/services/pricing/set.js');
      const edits = priceEdits(args.prices, flags.force);
      await changePricing(context, await context.store(), () => edits, flags);
    });
  }
}
