import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.js';
import { listFlags } from '../../flags.js';

/** No defaults: a flag that goes only with --revert must be absent unless given. */
const withRevert = { dependsOn: ['revert'], helpGroup: 'REVERT' };

export default class PricingHistory extends BaseCommand {
  static override summary = 'Who changed which price or budget, when and why; take a change back.';
  static override description =
    `Shows every change of prices, budgets and thresholds, the newest first. What was changed at once has one number. --revert N makes a new change that brings every setting of change N back to what stood before it, shown and asked for like \`pricing set\`; settings that were set again since go back, too, and are named. Times are UTC.

Exit codes: 0 done, 2 a filter that cannot be, 3 the store could not be reached, 4 no such change or company, not confirmed, or changed by somebody else meanwhile.`;
  static override usage = [
    'pricing history [--service S] [--path PATH] [--company COMPANY] [--by NAME] [--since TIME] [--until TIME]',
    'pricing history --revert N [--dry-run | -y] [--reason TEXT] [--actor NAME]',
  ];
  static override examples = [
    { description: 'All of it', command: '<%= config.bin %> pricing history' },
    {
      description: "What ann did to Redis's prices this quarter",
      command: '<%= config.bin %> pricing history --path providers.redis --by ann --since 90d',
    },
    {
      description: 'What taking back change 3 would do',
      command: '<%= config.bin %> pricing history --revert 3 --dry-run',
    },
    {
      description: 'For a spreadsheet',
      command: '<%= config.bin %> pricing history --format csv --output history.csv',
    },
  ];
  static override flags = {
    ...listFlags,
    service: Flags.option({
      options: ['mongodb', 'redis', 'twilio', 'budgets'] as const,
      description: 'only this provider, or budgets and thresholds',
    })(),
    path: Flags.string({
      description: 'only this setting, or those below it, e.g. providers.redis',
      helpValue: 'PATH',
    }),
    company: Flags.string({
      description: "only this company's own budget: id, name, or a part of just one name",
      helpValue: 'COMPANY',
    }),
    by: Flags.string({ description: 'only changes by whom this is a part of', helpValue: 'NAME' }),
    since: Flags.string({ description: 'not before this: an age (2h, 7d) or an ISO date or time', helpValue: 'TIME' }),
    until: Flags.string({
      description: 'not after this: an age, or an ISO date (to its end) or time',
      helpValue: 'TIME',
    }),
    revert: Flags.integer({
      description: 'take change N back, as a new change',
      min: 1,
      helpValue: 'N',
      helpGroup: 'REVERT',
      exclusive: ['service', 'path', 'company', 'by', 'since', 'until', 'columns', 'sort', 'filter', 'limit', 'output'],
    }),
    'dry-run': Flags.boolean({
      ...withRevert,
      description: 'show what it would do, change nothing',
      exclusive: ['yes'],
    }),
    yes: Flags.boolean({ ...withRevert, char: 'y', description: 'do not ask, on a terminal' }),
    reason: Flags.string({ ...withRevert, description: "why (default: 'reverts N')", helpValue: 'TEXT' }),
    actor: Flags.string({ ...withRevert, description: 'who (RCM_ACTOR; else user@host)', helpValue: 'NAME' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(PricingHistory);
    await this.withContext(flags, async (context) => {
      const { printHistory, revertChange } = await import('../../pricing-history-run.js');
      if (flags.revert === undefined) await printHistory(context, flags);
      else await revertChange(context, flags.revert, flags);
    });
  }
}
