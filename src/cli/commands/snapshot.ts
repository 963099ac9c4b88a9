import * as Flags from '@oclif/core/flags';
import { EXIT } from '../../core/errors.js';
import { BaseCommand } from '../base-command.js';
import { toJson } from '../output.js';

export default class Snapshot extends BaseCommand {
  static override summary = "Record every company's figures and the platform's, for history.";
  static override description =
    `For cron: silent when all went well. Besides the figures it copies the counters and sampled access events that applications recorded from Redis, which forgets them, into the durable store; writes policies to Redis again; and applies retention. It may be run as often as you like: nothing is counted twice, and what a run missed the next one catches up with while Redis still holds it (50 hours). One at a time: while another run is at it, this one ends at once with 0.

Exit codes: 0 recorded (or another run is at it, or the newest is young enough), 3 a service could not be reached.`;
  static override examples = [
    { description: 'Every hour, from cron', command: '<%= config.bin %> snapshot' },
    {
      description: 'From several machines, whichever comes first',
      command: '<%= config.bin %> snapshot --if-older-than 50m',
    },
    { description: 'What was recorded', command: '<%= config.bin %> snapshot --json' },
  ];
  static override flags = {
    'if-older-than': Flags.string({
      description: 'do nothing when the newest snapshot is younger than this, e.g. 10m',
      helpValue: 'TIME',
    }),
    json: Flags.boolean({ description: 'print what was done, as JSON' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Snapshot);
    await this.withContext(flags, async (context) => {
      const { snapshotRun } = await import('../snapshot-run.js');
      const result = await snapshotRun(context, flags);
      if (flags.json) process.stdout.write(`${toJson(result)}\n`);
      // Warnings that come with every run (no collection, no scripts) are in the snapshot; only failures break the silence.
      if (!result.recorded || result.complete) return;
      this.tell(result.warnings);
      process.exitCode = EXIT.unreachable;
    });
  }
}
