import * as Flags from '@oclif/core/flags';
import { EXIT, RcmError } from '../../core/errors.js';
import { BaseCommand } from '../base-command.js';
import { toJson, writeResult } from '../output.js';
import { terminalFor } from '../terminal.js';

export default class Doctor extends BaseCommand {
  static override summary = 'Is all set up, reachable and permitted? What to do where it is not.';
  static override description =
    `Looks at the configuration, Redis, the commands this user may run there, replicas, clocks, eviction, whether anything records accesses, MongoDB or the embedded store, and history. Changes nothing, but puts back a server setting that a killed observe left behind.

Exit codes: 0 nothing failed, 3 something did.`;
  static override examples = [
    { description: 'Before the first use', command: '<%= config.bin %> doctor --redis-url redis://127.0.0.1:6379' },
    {
      description: 'What is amiss, for a script',
      command: `<%= config.bin %> doctor --json | jq '.checks[] | select(.state != "ok")'`,
    },
  ];
  static override flags = {
    json: Flags.boolean({ description: 'print the findings as JSON' }),
    'read-from': Flags.option({ options: ['auto', 'replica', 'primary'] as const, description: 'servers to scan' })(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    await this.withContext(flags, async (context) => {
      const { examine } = await import('../../core/services/doctor/doctor.js');
      const [redis, store] = await Promise.all([attempt(context.redis()), attempt(context.store())]);
      const report = await examine({ loaded: context.loaded, redis, store, clock: () => new Date(), env: process.env });
      const terminal = terminalFor(process.stdout, { color: flags.color, toFile: false });
      const { doctorText } = await import('../views/doctor.js');
      writeResult(flags.json ? toJson(report) : doctorText(report, terminal), undefined);
      if (!report.healthy) process.exitCode = EXIT.unreachable;
    });
  }
}

async function attempt<T>(opening: Promise<T>): Promise<T | RcmError> {
  return opening.catch((error: unknown) => {
    if (error instanceof RcmError) return error;
    throw error;
  });
}
