import * as Flags from '@oclif/core/flags';
import { ON_UNKNOWN } from '../core/domain/check/outcome.js';
import { SEVERITIES } from '../core/domain/issue.js';
import { measureFlags, outputFlags } from './flags.js';

const CHECK_FORMATS = ['table', 'json', 'ndjson', 'markdown', 'junit', 'github', 'nagios', 'prometheus'] as const;
export type CheckFormat = (typeof CHECK_FORMATS)[number];

/** The flags of `check`: which companies, which rules, what follows, how to print. */
export const checkFlags = {
  filter: Flags.string({
    description:
      'companies to keep, by the columns of `companies`: COLUMN=VALUE, != < <= > >= or ~; may be given again',
    multiple: true,
    helpValue: 'EXPR',
  }),
  policy: Flags.string({ description: 'rules from a file, YAML or JSON; flags win over it', helpValue: 'FILE' }),
  budgets: Flags.string({
    description: 'budget lines to check, of cache,storage,calls (default: all)',
    helpValue: 'LINES',
    exclusive: ['no-budgets'],
  }),
  'no-budgets': Flags.boolean({ description: 'check no budget line', default: false }),
  'min-hit-rate': Flags.string({ description: 'least hit rate of each company, in percent', helpValue: 'LIMIT' }),
  'min-score': Flags.string({ description: 'least health score of each company, of 100', helpValue: 'LIMIT' }),
  'max-growth': Flags.string({
    description: "most growth of each company's cache since the last snapshot, in percent",
    helpValue: 'LIMIT',
  }),
  'max-total': Flags.string({
    description: 'most that the platform may cost a month, in dollars',
    helpValue: 'LIMIT',
  }),
  'fail-on': Flags.option({
    options: SEVERITIES,
    description: 'the least verdict that fails (default: critical; for nagios: warning)',
  })(),
  'on-unknown': Flags.option({
    options: ON_UNKNOWN,
    description: 'what cannot be measured: error (3, the default), pass, or fail (6)',
  })(),
  verbose: Flags.boolean({ description: 'tell every check that passed, however many they are', default: false }),
  ...measureFlags,
  'max-age': Flags.string({
    description: 'oldest snapshot that counts, e.g. 2h: the figures of an older one are unknown',
    helpValue: 'TIME',
    dependsOn: ['from-snapshot'],
  }),
  ...outputFlags,
  format: Flags.option({ options: CHECK_FORMATS, description: 'how to print', helpGroup: 'OUTPUT' })(),
};
