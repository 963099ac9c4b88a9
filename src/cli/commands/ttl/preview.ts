import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { EXIT } from '../../../core/errors.js';
import { BaseCommand } from '../../base-command.js';
import { listFlags } from '../../flags.js';
import { formatOf, writeResult } from '../../output.js';

export default class TtlPreview extends BaseCommand {
  static override summary = 'What TTLs would do to a company: hit rate, memory and cost, from its accesses.';
  static override description =
    `Replays the accesses that the client recorded, or those of a file, through a cache of each TTL. Every hit rate has its 95% interval; one that is wider than ±2 points is too little data to go by, and is not called the cheapest or the fastest. How it is reckoned: docs/ttl.md.

--trace needs no company and no Redis: a CSV with a header and the columns timestamp_ms, key, op (get, set, delete) and size_bytes, oldest first; other columns are ignored. With a company, its prices and its storage are used.

Exit codes: 0 done, 2 a file that cannot be read as accesses, 3 a service could not be reached, 4 no such company, several, or nothing recorded.`;
  static override examples = [
    {
      description: 'A spread of TTLs, and the one of today',
      command: '<%= config.bin %> ttl preview "Royal Plumbing"',
    },
    { description: 'These three', command: '<%= config.bin %> ttl preview acme --ttl 5m,30m,6h' },
    {
      description: 'From accesses of any cache',
      command: "<%= config.bin %> ttl preview --trace accesses.csv --ttl 5m,1h --json | jq '.predictions[].hitRate'",
    },
  ];
  static override args = {
    company: Args.string({ description: 'id, name, or an unambiguous part of the name', ignoreStdin: true }),
  };
  static override flags = {
    ...listFlags,
    ttl: Flags.string({ description: 'TTLs to look at, separated by commas, e.g. 5m,30m,6h', helpValue: 'TIMES' }),
    trace: Flags.string({
      description: 'accesses from a CSV file instead of recorded ones; - is standard input',
      helpValue: 'FILE',
    }),
    'sampled-share': Flags.string({
      description: 'with --trace: the share of all keys, chosen by hash, whose accesses these are',
      helpValue: 'SHARE',
      dependsOn: ['trace'],
    }),
    'refresh-on-write': Flags.boolean({
      description:
        'whether a write to a key that is there starts its lifetime anew (recorded accesses: yes, as the client writes; --trace: no)',
      allowNo: true,
    }),
    'warm-up': Flags.boolean({
      description:
        'whether the first TTL of time only fills the cache and is not counted (recorded accesses: yes; --trace: no)',
      allowNo: true,
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TtlPreview);
    await this.withContext(flags, async (context) => {
      const { runTtlPreview } = await import('../../ttl-preview-run.js');
      const { text, report, complete } = await runTtlPreview(context, args.company, flags, formatOf(flags));
      if (!complete) process.exitCode = EXIT.unreachable;
      writeResult(text, flags.output);
      this.tell(report.warnings);
    });
  }
}
