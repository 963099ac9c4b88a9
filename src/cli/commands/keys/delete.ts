import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.js';
import { changeFlags, removalFlags, reportFlags } from '../../flags.js';

export default class KeysDelete extends BaseCommand {
  static override summary = 'Delete named keys of companies, with a backup that can be put back.';
  static override description =
    `As \`clear\`, for keys by their full names: shows what they are, asks, and removes them by UNLINK. With --backup every key is saved, durably, before it goes; a run that was stopped goes on when it is run again. Only keys of companies are deleted, never this tool's own. Keys that are not there are counted. Without a terminal it needs --yes.

Exit codes: 0 deleted, 2 a key that is no company's (nothing was deleted), 3 a service failed (what was deleted is said), 4 refused, none of the keys is there, or keys were left, 130/143 interrupted (what was deleted is said).`;
  static override examples = [
    {
      description: 'See what would be deleted',
      command: '<%= config.bin %> keys delete company:demo01:profile --dry-run',
    },
    {
      description: 'Delete it, saved first',
      command: '<%= config.bin %> keys delete company:demo01:profile --backup profile.rcmb --reason "stale"',
    },
    {
      description: 'From a list, in a script',
      command:
        "<%= config.bin %> keys list demo01 --no-ttl --json | jq -r '.keys[].key' | <%= config.bin %> keys delete --from-file - --yes",
    },
  ];
  static override args = {
    key: Args.string({
      description: 'full names, as `keys list` shows them: a backslash is \\\\, a byte \\xHH',
      multiple: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    ...reportFlags,
    'from-file': Flags.string({
      description: 'read names from this file, one a line; - is standard input',
      helpValue: 'FILE',
    }),
    ...removalFlags,
    ...changeFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(KeysDelete);
    await this.withContext(flags, async (context) => {
      const { KeysDeleteRun } = await import('../../keys-delete-run.js');
      await new KeysDeleteRun(context, flags).run(args.key ?? []);
    });
  }
}
