import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.js';
import { continueCommand } from '../../continue-command.js';
import { outputFlags } from '../../flags.js';
import { formatOf, writeResult } from '../../output.js';

const NOT_RAW = ['json', 'format', 'cursor', 'offset', 'length'];

export default class KeysGet extends BaseCommand {
  static override summary = 'One key: what it is, whose, and its value, page by page.';
  static override description =
    `Shows any type: strings (JSON indented, other text as it is, anything else as a hex dump), hashes, lists, sets, sorted sets, and streams with their consumer groups. A large value is read by pages, never whole; what changes between two pages may be missing or come twice. Fields that the configuration names (sensitive) are shown as ***. Looking at a value counts as a use of it, as every read does.

Exit codes: 0 done, 2 --raw for what is no string or is hidden, 3 a service could not be reached, 4 no such key, or it changed while --raw read it.`;
  static override examples = [
    { description: 'A key', command: '<%= config.bin %> keys get company:demo01:profile' },
    {
      description: 'The exact bytes of a string',
      command: '<%= config.bin %> keys get company:demo01:logo --raw > logo.png',
    },
    {
      description: 'A page of a list',
      command: '<%= config.bin %> keys get company:demo01:queue --offset 200 --limit 50',
    },
  ];
  static override args = {
    key: Args.string({
      description: 'full name, as `keys list` shows it: a backslash is \\\\, a byte \\xHH',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    ...outputFlags,
    limit: Flags.integer({
      description: 'most elements of a page',
      min: 1,
      max: 10_000,
      default: 100,
      helpGroup: 'OUTPUT',
      helpValue: 'N',
    }),
    cursor: Flags.string({
      description: 'go on where the page before ended (nextCursor)',
      helpValue: 'CURSOR',
      exclusive: ['offset'],
    }),
    offset: Flags.integer({
      description: 'begin at this byte of a string, or this position of a list or sorted set',
      min: 0,
      helpValue: 'N',
    }),
    length: Flags.integer({
      description: 'most bytes of a string (64 KB; 4 KB of what is no text)',
      min: 1,
      max: 16 * 1024 ** 2,
      helpValue: 'BYTES',
    }),
    raw: Flags.boolean({
      description: 'write the exact bytes of a string, and nothing else',
      default: false,
      exclusive: NOT_RAW,
    }),
    reveal: Flags.boolean({ description: 'show what the configuration hides (sensitive)', default: false }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(KeysGet);
    await this.withContext(flags, async (context) => {
      const { KeysGetRun } = await import('../../keys-get-run.js');
      const run = new KeysGetRun(context, flags);
      if (flags.raw) return run.raw(args.key);
      const format = formatOf(flags);
      const { report, text } = await run.run(args.key, format);
      writeResult(text, flags.output);
      this.tell(report.warnings);
      if (report.nextCursor === null || format === 'json') return;
      process.stderr.write(`continue with: ${continueCommand('keys get', this.argv, report.nextCursor)}\n`);
    });
  }
}
