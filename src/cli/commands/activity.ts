import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../base-command.js';
import { listFlags } from '../flags.js';

export default class Activity extends BaseCommand {
  static override summary =
    'What happened: cache accesses as they are recorded, clears, changes, of one company or all.';
  static override description =
    `Shows live access events from Redis, the durable log, and changes of prices and budgets in one list, each once: the newest first, or with --follow as they come, until Ctrl-C. Of access events there is what applications record, which is a sample of the keys when there are many; --patterns tells how large, and how each key is used. With a company, changes of prices and default budgets, which are everybody's, are shown where --type names them. Times are UTC. Reads only.

Exit codes: 0 all was read, 3 a service could not be reached (what the other holds is still shown), 4 no such company, 130 --follow was ended by Ctrl-C.`;
  static override examples = [
    { description: 'What happened lately, to anybody', command: '<%= config.bin %> activity' },
    {
      description: "One company's last day, without its reads",
      command: '<%= config.bin %> activity "Royal Plumbing" --since 24h --type clear,restore,set,delete,budget',
    },
    { description: 'Who changed prices, and when', command: '<%= config.bin %> activity --type pricing,budget' },
    {
      description: 'Watch the sessions of a company',
      command: "<%= config.bin %> activity demo01 --key 'session:*' --follow",
    },
    {
      description: 'Misses of all companies as they happen, for a program',
      command: '<%= config.bin %> activity --follow --type miss --format ndjson',
    },
    { description: 'How each key is used', command: '<%= config.bin %> activity demo01 --patterns' },
  ];
  static override args = { company: Args.string({ description: 'id, name, or a part of just one name' }) };
  static override flags = {
    ...listFlags,
    type: Flags.string({
      description:
        'hit, miss, set, delete, expire, evict, clear, restore, fix, undo, policy, command, pricing, budget; several with commas or again',
      multiple: true,
      helpValue: 'TYPES',
    }),
    since: Flags.string({ description: 'not before this: an age (2h, 7d) or an ISO date or time', helpValue: 'TIME' }),
    until: Flags.string({
      description: 'not after this: an age, or an ISO date (to its end) or time',
      helpValue: 'TIME',
      exclusive: ['follow'],
    }),
    key: Flags.string({
      description: 'only this key or Redis glob: as shown (what follows the company id), or whole',
      helpValue: 'PATTERN',
    }),
    limit: Flags.integer({
      description: 'most entries to print, the newest; with --follow: how many before it begins',
      min: 1,
      default: 50,
      helpGroup: 'OUTPUT',
      helpValue: 'N',
    }),
    follow: Flags.boolean({
      description: 'go on printing what comes, oldest first, as a table or ndjson',
      exclusive: ['patterns', 'sort', 'output'],
    }),
    patterns: Flags.boolean({
      description: 'per key: accesses, hit rate, alternation of hit and miss, time between reads',
      exclusive: ['type', 'follow'],
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Activity);
    await this.withContext(flags, async (context) => {
      const { ActivityRun } = await import('../activity-run.js');
      await new ActivityRun(context, flags).run(args.company);
    });
  }
}
