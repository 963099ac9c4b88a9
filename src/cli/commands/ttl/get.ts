import * as Args from '@oclif/core/args';
import { BaseCommand } from '../../base-command.js';
import { listFlags } from '../../flags.js';
import { formatOf, writeResult } from '../../output.js';

export default class TtlGet extends BaseCommand {
  static override summary = 'Show the TTL policies: all of them, or what holds for one company, and by whose word.';
  static override description =
    "Without COMPANY: every policy, the default's first, a row for all keys and one for each segment. With COMPANY: the bounds that hold for the keys of each segment, and whether they are the company's own, the default's, or left to the application.";
  static override examples = [
    { description: 'All of them', command: '<%= config.bin %> ttl get' },
    { description: 'What holds for one company', command: '<%= config.bin %> ttl get "Royal Plumbing"' },
  ];
  static override args = {
    company: Args.string({ description: 'id, name, or an unambiguous part of the name', ignoreStdin: true }),
  };
  static override flags = { ...listFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TtlGet);
    await this.withContext(flags, async (context) => {
      const { ttlIn } = await import('../../ttl-get-run.js');
      const { text, warnings } = await ttlIn(formatOf(flags), context, args.company, flags);
      writeResult(text, flags.output);
      this.tell(warnings);
    });
  }
}
