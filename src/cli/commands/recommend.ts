import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { RISKS } from '../../core/domain/recommend/advice.js';
import { BaseCommand } from '../base-command.js';
import { listFlags, measureFlags } from '../flags.js';
import { formatOf, writeResult } from '../output.js';

export default class Recommend extends BaseCommand {
  static override summary = 'What to do, the best first: what it saves, what it risks, and the exact command.';
  static override description =
    `Looks for everything that \`detect\` looks for, and tries other TTLs on the recorded accesses of the companies with most to gain. Each advice says what it saves a month, how much the hit rate gains, its risk, effort and confidence, what it rests on, and the command. Advices that overlap name each other, and only the best set that can be followed together makes the total. The same data give the same advice. docs/recommend.md tells the rules.

Exit codes: 0 measured (advice or not), 3 something could not be measured, 4 no such company, or several.`;
  static override examples = [
    { description: 'All companies', command: '<%= config.bin %> recommend' },
    { description: 'One company, by id or name', command: '<%= config.bin %> recommend "Royal Plumbing"' },
    {
      description: 'What saves a dollar a month or more at little risk',
      command: '<%= config.bin %> recommend --risk low --min-saving 1',
    },
    {
      description: 'The commands of the best set, one a line',
      command: `<%= config.bin %> recommend --json | jq -r '.recommendations[]|select(.inTotal).command'`,
    },
  ];
  static override args = {
    company: Args.string({ description: 'id, name, or part of a name; all companies without it', ignoreStdin: true }),
  };
  static override flags = {
    ...listFlags,
    risk: Flags.option({ options: RISKS, description: 'only advice of this risk or less' })(),
    'min-saving': Flags.string({
      description: 'only advice that is known to save so much a month, in dollars',
      helpValue: 'DOLLARS',
    }),
    window: measureFlags.window,
    'max-rate': measureFlags['max-rate'],
    'read-from': measureFlags['read-from'],
    fresh: measureFlags.fresh,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Recommend);
    await this.withContext(flags, async (context) => {
      const { recommendRun } = await import('../recommend-run.js');
      const { text, warnings, exitCode } = await recommendRun(context, args.company, flags, formatOf(flags));
      // Before anything is written: a reader that closes the pipe ends the process with what is set by then.
      process.exitCode = exitCode;
      writeResult(text, flags.output);
      this.tell(warnings);
    });
  }
}
