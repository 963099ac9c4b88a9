import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.js';
import { forceFlag, pricingChangeFlags, reportFlags } from '../../flags.js';

export default class PricingSync extends BaseCommand {
  static override summary = 'Set prices from a price list: a JSON file, or one that is kept on the web.';
  static override description =
    `The list is shown as a difference to what stands and applied like \`pricing set\`, as one change; prices that it does not name stay. Name, date, source and SHA-256 of the list are kept with the change. From the web it is taken by https: only (--insecure: also http:), over at most 3 redirects, up to 1 MB, within 10 seconds. The format: docs/pricing.md, schemas/price-list.json.

Exit codes: 0 done (or nothing to change), 2 a list that is none, 3 it or the store could not be reached, 4 not confirmed, or changed by somebody else meanwhile.`;
  static override examples = [
    {
      description: 'What a list would change',
      command: '<%= config.bin %> pricing sync --from examples/price-list.json --dry-run',
    },
    {
      description: 'From a repository of your own, in a cron job',
      command: '<%= config.bin %> pricing sync --from https://example.com/price-list.json --actor cron',
    },
  ];
  static override flags = {
    ...reportFlags,
    ...pricingChangeFlags,
    ...forceFlag,
    from: Flags.string({ description: 'the price list', required: true, helpValue: 'FILE|URL' }),
    insecure: Flags.boolean({
      description: 'take a list by http:, which anybody on the way can change',
      default: false,
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(PricingSync);
    await this.withContext(flags, async (context) => {
      const { changePricing } = await import('../../pricing-run.js');
      const { readPriceList, syncReason } = await import('../../../core/services/pricing/list/read.js');
      const { force, insecure } = flags;
      const list = await readPriceList(flags.from, { force, insecure, signal: context.signal });
      const reason = syncReason(list, flags.reason);
      await changePricing(context, await context.store(), () => list.edits, { ...flags, reason });
    });
  }
}
