import * as Flags from '@oclif/core/flags';
import { EXIT } from '../../core/errors.js';
import { BaseCommand } from '../base-command.js';
import { toJson } from '../output.js';
import { scanProgress } from '../progress.js';

export default class Snapshot extends BaseCommand {
  static override summary = "Record every company's figures and the platform's, for history.";
  static override description =
    `For cron: silent when all went well. One at a time: while another run is at it, this one ends at once with 0.

Exit codes: 0 recorded (or another run is at it), 3 a service could not be reached.`;
  static override examples = [
    { description: 'Every hour, from cron', command: '<%= config.bin %> snapshot' },
    { description: 'What was recorded', command: '<%= config.bin %> snapshot --json' },
  ];
  static override flags = { json: Flags.boolean({ description: 'print what was recorded, as JSON' }) };

  async run(): Promise<void> {
    const { flags } = await this.parse(Snapshot);
    await this.withContext(flags, async (context) => {
      const { takeSnapshot } = await import('../../core/services/snapshot.js');
      const progress = scanProgress(process.stderr);
      const ports = await context.ports();
      const result = await takeSnapshot(
        progress.onProgress ? { ...ports, onProgress: progress.onProgress } : ports,
      ).finally(progress.done);
      if (flags.json) process.stdout.write(`${toJson(result)}\n`);
      if (!result.recorded) return;
      // Warnings that come with every run (no collection, no scripts) are in the snapshot; only failures break the silence.
      if (result.complete) return;
      this.tell(result.warnings);
      process.exitCode = EXIT.unreachable;
    });
  }
}
