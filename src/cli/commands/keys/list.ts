import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.js';
import { continueCommand } from '../../continue-command.js';
import { listFlags } from '../../flags.js';
import { formatOf, writeResult } from '../../output.js';
import { shownOf } from '../../views/keys-list.js';

export default class KeysList extends BaseCommand {
  static override summary = "A company's keys: type, size, time to live, idle time.";
  static override description =
    `Shows a page of the keys, in the order in which Redis gives them, and how to go on: every key that is there from the first page to the last is shown at least once. With --sort it reads all keys and shows the first ones.

Exit codes: 0 done, 2 a cursor of something else, 3 a service could not be reached, 4 no such company.`;
  static override examples = [
    { description: 'The first 50 keys', command: '<%= config.bin %> keys list "Royal Plumbing"' },
    { description: 'The largest ones', command: '<%= config.bin %> keys list demo01 --sort -size --limit 10' },
    {
      description: 'Hashes over 10 KB that never expire',
      command: '<%= config.bin %> keys list demo01 --type hash --min-size 10KB --no-ttl',
    },
    {
      description: 'For a script: pages of 500',
      command: "<%= config.bin %> keys list demo01 --match 'session:*' --limit 500 --json",
    },
  ];
  static override args = {
    company: Args.string({ description: 'id, name, or a part of just one name', required: true, ignoreStdin: true }),
  };
  static override flags = {
    ...listFlags,
    match: Flags.string({
      description: 'only keys whose part after the company id fits this Redis glob',
      helpValue: 'PATTERN',
    }),
    type: Flags.string({
      description: 'only keys of this type, as Redis names it: string, hash, list, set, zset, stream, …',
      helpValue: 'TYPE',
    }),
    'min-size': Flags.string({ description: 'only keys of this size or over, e.g. 100KB, 1.5MB', helpValue: 'SIZE' }),
    'no-ttl': Flags.boolean({ description: 'only keys that never expire', default: false }),
    limit: Flags.integer({
      description: 'most keys of a page',
      min: 1,
      max: 10_000,
      default: 50,
      helpGroup: 'OUTPUT',
      helpValue: 'N',
    }),
    sort: Flags.string({
      description: 'read all keys, in the order of size, ttl, idle or name; with a - in front, largest first',
      helpGroup: 'OUTPUT',
      helpValue: '[-]NAME',
    }),
    cursor: Flags.string({
      description: 'go on where the page before ended (nextCursor)',
      helpValue: 'CURSOR',
      exclusive: ['sort'],
    }),
    'read-from': Flags.option({ options: ['auto', 'replica', 'primary'] as const, description: 'servers to read' })(),
    'from-snapshot': Flags.boolean({
      description:
        'show how many keys there were and their size, as the newest snapshot has it, instead of reading Redis',
      default: false,
      exclusive: ['match', 'type', 'min-size', 'no-ttl', 'limit', 'sort', 'filter', 'columns', 'cursor', 'read-from'],
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(KeysList);
    await this.withContext(flags, async (context) => {
      const { KeysListRun } = await import('../../keys-list-run.js');
      const format = formatOf(flags);
      const { report, text } = await new KeysListRun(context, flags).run(args.company, format);
      writeResult(text, flags.output);
      this.tell(report.warnings);
      const more = shownOf(report);
      if (more && format !== 'json') process.stderr.write(`${more}\n`);
      if (report.nextCursor === null || format === 'json') return;
      process.stderr.write(`continue with: ${continueCommand('keys list', this.argv, report.nextCursor)}\n`);
    });
  }
}
