import { EXIT } from '../../core/errors.js';
import { BaseCommand } from '../base-command.js';
import { measureFlags, outputFlags } from '../flags.js';
import { formatOf, writeResult } from '../output.js';

export default class Stats extends BaseCommand {
  static override summary = 'The platform as a whole: memory, hit rate, cost, Redis, and what rcm itself takes.';
  static override description =
    `The same single pass over the keyspace as \`companies\`, summed up. Figures of Redis are sums over the primaries of a cluster. The hit rate is what applications recorded; what the server itself counts (every client, every key, since its start) stands apart.

Exit codes: 0 all was measured, 3 a service could not be reached, or INFO is refused (the other figures are still shown).`;
  static override examples = [
    { description: 'At a glance', command: '<%= config.bin %> stats' },
    { description: 'Without touching Redis', command: '<%= config.bin %> stats --from-snapshot' },
    {
      description: 'How full Redis is, for a script',
      command: '<%= config.bin %> stats --json | jq .redis.usedPercent',
    },
    { description: 'A line for a spreadsheet', command: '<%= config.bin %> stats --format csv' },
  ];
  static override flags = { ...outputFlags, ...measureFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(Stats);
    await this.withContext(flags, async (context) => {
      const { statsRun } = await import('../stats-run.js');
      const { text, warnings, complete } = await statsRun(context, flags, formatOf(flags));
      writeResult(text, flags.output);
      this.tell(warnings);
      if (!complete) process.exitCode = EXIT.unreachable;
    });
  }
}
