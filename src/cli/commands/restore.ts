import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../base-command.js';
import { changeFlags, reportFlags } from '../flags.js';

export default class Restore extends BaseCommand {
  static override summary = 'Put back what a backup of `clear` or `keys delete` holds.';
  static override description =
    `Reads the whole file first: a truncated or altered one is refused before anything is written. Each key gets back its value, type and expiry instant; keys that have expired since are skipped, and keys that are there again stay as they are unless --replace; nothing under rcm:, where this tool keeps its own state, is ever written. Without a terminal it needs --yes.

Exit codes: 0 restored, 2 no usable backup, 3 a service failed (what was restored is said), 4 refused, or keys could not be put back, 130/143 interrupted.`;
  static override examples = [
    {
      description: 'What is in it, and what would come back',
      command: '<%= config.bin %> restore acme.rcmb --dry-run',
    },
    { description: 'Put it back', command: '<%= config.bin %> restore acme.rcmb --reason "cleared by mistake"' },
  ];
  static override args = { file: Args.string({ description: 'backup file', required: true, ignoreStdin: true }) };
  static override flags = {
    ...reportFlags,
    replace: Flags.boolean({ description: 'overwrite keys that are there again', default: false }),
    salvage: Flags.boolean({
      description: 'take what stands before the place where a file breaks off or is damaged',
      default: false,
    }),
    'max-rate': Flags.integer({ description: 'most keys to restore per second', min: 1, helpValue: 'N' }),
    ...changeFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Restore);
    await this.withContext(flags, async (context) => {
      const { restoreRun } = await import('../restore-run.js');
      await restoreRun(context, args.file, flags);
    });
  }
}
