import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../base-command.js';
import { changeFlags, removalFlags, reportFlags } from '../flags.js';

export default class Clear extends BaseCommand {
  static override summary = "Remove companies' caches, or a part of them, with a backup that can be put back.";
  static override description =
    `Shows what it would remove, asks, and removes it: exactly the companies' own keys, by UNLINK, in steps that nobody feels. With --backup every key is saved, durably, before it goes; a run that was stopped goes on when it is run again. Without a terminal it needs --yes; --all asks to type the number of companies, and without a terminal needs --expect N.

Exit codes: 0 removed (or nothing there), 3 a service failed (what was removed is said), 4 refused, or keys were left, 130/143 interrupted (what was removed is said).`;
  static override examples = [
    { description: 'See what would be removed', command: '<%= config.bin %> clear "Royal Plumbing" --dry-run' },
    {
      description: 'Remove it, saved first',
      command: '<%= config.bin %> clear acme --backup acme.rcmb --reason "stale scenarios"',
    },
    {
      description: 'Only sessions that nobody used for a day, from cron',
      command: "<%= config.bin %> clear demo01 demo02 --match 'session:*' --older-than 24h --yes",
    },
    { description: 'All companies, from a script', command: '<%= config.bin %> clear --all --expect 12 --yes' },
  ];
  static override args = {
    company: Args.string({ description: 'ids or exact names', multiple: true, ignoreStdin: true }),
  };
  static override flags = {
    ...reportFlags,
    all: Flags.boolean({ description: 'every company that has keys', default: false }),
    expect: Flags.integer({
      description: 'with --all: how many companies that must be; nothing is changed when it is another number',
      min: 0,
      helpValue: 'N',
      dependsOn: ['all'],
    }),
    match: Flags.string({
      description: 'only keys whose part after the company id fits this Redis glob',
      helpValue: 'PATTERN',
    }),
    'older-than': Flags.string({
      description: 'only keys not used for so long, e.g. 30m, 24h, 7d (not under an LFU policy)',
      helpValue: 'TIME',
    }),
    'larger-than': Flags.string({ description: 'only keys over this size, e.g. 100KB, 1.5MB', helpValue: 'SIZE' }),
    ...removalFlags,
    ...changeFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Clear);
    await this.withContext(flags, async (context) => {
      const { ClearRun } = await import('../clear-run.js');
      await new ClearRun(context, flags).run(args.company ?? []);
    });
  }
}
