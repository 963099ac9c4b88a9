import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { LARGEST_EVENTS_MAX } from '../../../core/domain/policy.js';
import { PRESET_NAMES } from '../../../core/domain/ttl-model/presets.js';
import { BaseCommand } from '../../base-command.js';
import { changeFlags, reportFlags } from '../../flags.js';

export default class TtlSet extends BaseCommand {
  static override summary = 'Bound the TTLs of a company, or of all: shown with what it would do, then set.';
  static override description =
    `Shows the change and what it is predicted to do, asks, and sets it; applications that use the client obey within 5 seconds. A minimum raises, a maximum lowers the TTL that the application asks for. A company's bounds go before the default's, and those of a segment (the first part of a key, as profile of profile:1) before those of all keys. With --existing the keys that are there are shortened too: never lengthened. Without a terminal it needs --yes.

Exit codes: 0 done (or nothing to change), 2 a TTL that cannot be, 3 a service failed (what was done is said), 4 no such company, not confirmed, changed by somebody else meanwhile, or too little data for a preset, 130/143 interrupted (what was done is said).`;
  static override examples = [
    { description: 'What 30 minutes would do', command: '<%= config.bin %> ttl set acme --ttl 30m --dry-run' },
    {
      description: 'As a preset chooses, with the reason for the log',
      command: '<%= config.bin %> ttl set acme --preset optimal --reason "too many misses" --yes',
    },
    {
      description: 'Profiles between 5 minutes and an hour, in keys that are there too',
      command: '<%= config.bin %> ttl set acme --segment profile --min 5m --max 1h --existing',
    },
    {
      description: 'Record more accesses for a time, for better predictions',
      command: '<%= config.bin %> ttl set acme --events-max 16384 --yes',
    },
  ];
  static override args = {
    company: Args.string({ description: 'id or exact name', ignoreStdin: true }),
  };
  static override flags = {
    ...reportFlags,
    default: Flags.boolean({ description: 'for every company without bounds of its own', default: false }),
    ttl: Flags.string({ description: 'every key lives as long as this, e.g. 30m', helpValue: 'TIME' }),
    min: Flags.string({ description: 'at least this long; none takes the minimum away', helpValue: 'TIME' }),
    max: Flags.string({ description: 'at most this long; none takes the maximum away', helpValue: 'TIME' }),
    preset: Flags.option({ options: PRESET_NAMES, description: 'as this rule chooses (`ttl presets`)' })(),
    unset: Flags.boolean({
      description: 'take the bounds away: all of them, or with --segment those of the segment',
      default: false,
    }),
    segment: Flags.string({ description: 'only for keys whose first part is this', helpValue: 'SEGMENT' }),
    'events-max': Flags.integer({
      description: 'how many accesses to keep recorded; 512 unless set',
      min: 0,
      max: LARGEST_EVENTS_MAX,
      helpValue: 'N',
    }),
    existing: Flags.boolean({
      description: 'also shorten the TTL of keys that are there, and give one to those that never expire',
      default: false,
    }),
    'max-rate': Flags.integer({
      description: 'with --existing: most keys to change per second and server',
      min: 1,
      helpValue: 'N',
    }),
    ...changeFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TtlSet);
    await this.withContext(flags, async (context) => {
      const { TtlSetRun } = await import('../../ttl-set-run.js');
      await new TtlSetRun(context, flags).run(args.company);
    });
  }
}
