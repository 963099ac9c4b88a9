import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../base-command.js';
import { outputFlags } from '../../flags.js';
import { formatOf, writeResult } from '../../output.js';

export default class PricingGet extends BaseCommand {
  static override summary = 'Show the prices, budgets and thresholds in force, all or one.';
  static override description =
    'Prices and budgets are kept in the store, not in the code: these are what every figure is computed with. One number is printed alone, for scripts.';
  static override examples = [
    { description: 'All of them', command: '<%= config.bin %> pricing get' },
    { description: 'One number', command: '<%= config.bin %> pricing get providers.redis.storageCostPerMB' },
    { description: 'For a script', command: '<%= config.bin %> pricing get budgets --json' },
  ];
  static override args = {
    path: Args.string({ description: 'a part of it, e.g. providers.redis or budgets.thresholds', ignoreStdin: true }),
  };
  static override flags = { ...outputFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PricingGet);
    await this.withContext(flags, async (context) => {
      const { pricingIn } = await import('../../pricing-get-run.js');
      const config = await (await context.store()).pricing.get();
      writeResult(pricingIn(formatOf(flags), config, args.path, flags), flags.output);
    });
  }
}
