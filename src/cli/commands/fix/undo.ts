import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.js';
import { changeFlags, reportFlags } from '../../flags.js';

export default class FixUndo extends BaseCommand {
  static override summary =
    'Put back what was before a fix: the policy, the TTLs of keys, and with --with-keys the keys.';
  static override description =
    `The former policy stands again exactly, or none; keys that still are as the fix left them have their former TTL again. Cleared keys come back only with --with-keys, from the fix's backup, never over keys that are there; they may be stale. It is refused when somebody changed the policy since, unless --force.

Exit codes: 0 undone, 2 the backup is not there, 3 a service failed (the next \`fix\` command goes on), 4 refused: not confirmed, no such fix, undone already, changed since; 130/143 interrupted.`;
  static override examples = [
    { description: 'See what would be put back', command: '<%= config.bin %> fix undo fx-7k2m9q --dry-run' },
    { description: 'Put it back, cleared keys too', command: '<%= config.bin %> fix undo fx-7k2m9q --with-keys' },
  ];
  static override args = { id: Args.string({ description: 'id of the fix', required: true, ignoreStdin: true }) };
  static override flags = {
    ...reportFlags,
    'with-keys': Flags.boolean({ description: 'put cleared keys back from the backup', default: false }),
    force: Flags.boolean({
      description: 'although somebody changed the policy since, or the fix was made under another --redis-url',
      default: false,
    }),
    ...changeFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(FixUndo);
    await this.withContext(flags, async (context) => {
      const { fixUndoRun } = await import('../../fix-undo-run.js');
      await fixUndoRun(context, args.id, flags);
    });
  }
}
