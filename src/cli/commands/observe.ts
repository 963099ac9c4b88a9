import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { DEFAULT_MAX_OVERHEAD_PERCENT } from '../../core/domain/observe/overhead.js';
import { BaseCommand } from '../base-command.js';
import { listFlags } from '../flags.js';
import { formatOf } from '../output.js';

export default class Observe extends BaseCommand {
  static override summary =
    "Companies' reads, hits and misses from Redis itself, for applications that record nothing.";
  static override description =
    `Watches every primary for a while: MONITOR shows the reads, key-miss events tell which of them missed (docs/observe.md lists the commands). notify-keyspace-events is extended for that time and put back, also after Ctrl-C or a lost connection; what a killed run left is put back by the next observe or doctor. It stops early when the server would feel it. One run at a time.

Exit codes: 0 observed, 3 a server could not be observed for any interval, or nothing may be seen, 4 another run observes, 130/143 interrupted (what was seen until then is printed).`;
  static override examples = [
    { description: 'Half a minute of everybody', command: '<%= config.bin %> observe' },
    {
      description: 'One company for five minutes',
      command: '<%= config.bin %> observe "Royal Plumbing" --duration 5m',
    },
    {
      description: 'Give companies without a recording application their hit rates, from cron',
      command: '<%= config.bin %> observe --duration 1m --record --json > /dev/null',
    },
    {
      description: 'Companies whose cache does not help, with enough reads to tell',
      command: "<%= config.bin %> observe --filter 'hitRate<50' --filter few=false --columns id,hitRate,reads",
    },
  ];
  static override args = {
    company: Args.string({
      description: 'ids or names (default: every company whose keys are used)',
      multiple: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    ...listFlags,
    duration: Flags.string({ description: 'how long, from 1s to 10m', default: '30s', helpValue: 'TIME' }),
    'max-overhead': Flags.integer({
      description: "stop when observing takes more than this percentage of the server's command thread",
      default: DEFAULT_MAX_OVERHEAD_PERCENT,
      min: 1,
      max: 100,
      helpValue: 'PERCENT',
    }),
    record: Flags.boolean({ description: 'add what was seen to the counters and access events', default: false }),
    force: Flags.boolean({
      description: 'with --record: even companies whose application records itself (they are counted twice)',
      default: false,
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Observe);
    await this.withContext(flags, async (context) => {
      const { observeRun } = await import('../observe-run.js');
      this.tell(await observeRun(context, args.company ?? [], flags, formatOf(flags)));
    });
  }
}
