import type { Limits } from '../core/domain/check/check.js';
import { parseLimits } from '../core/domain/check/limits.js';
import type { OnUnknown } from '../core/domain/check/outcome.js';
import { LIMIT_FORMS, type LimitName } from '../core/domain/check/rules.js';
import type { Severity } from '../core/domain/issue.js';
import { BUDGET_LINES, type BudgetLineName } from '../core/domain/pricing.js';
import { parseDuration } from '../core/domain/window.js';
import { messageOf, RcmError } from '../core/errors.js';
import { type CheckPolicy, readPolicy } from '../core/services/check/policy.js';
import { type AskedRules, type CheckRules, combineRules } from '../core/services/check/rules.js';
import type { CheckFormat } from './check-flags.js';

export interface RuleFlags {
  policy?: string | undefined;
  budgets?: string | undefined;
  'no-budgets': boolean;
  'max-total'?: string | undefined;
  'min-hit-rate'?: string | undefined;
  'min-score'?: string | undefined;
  'max-growth'?: string | undefined;
  'max-age'?: string | undefined;
  'fail-on'?: Severity | undefined;
  'on-unknown'?: OnUnknown | undefined;
}

/** The rules that the flags and the policy file give. @throws RCM_USAGE, RCM_CONFIG_* */
export function rulesOf(flags: RuleFlags, format: CheckFormat): CheckRules {
  const policy: CheckPolicy = flags.policy === undefined ? {} : readPolicy(flags.policy);
  const asked: AskedRules = {
    ...given('budgets', budgetsOf(flags)),
    ...given('minHitRate', limitsOf(flags, 'min-hit-rate', 'minHitRate')),
    ...given('minScore', limitsOf(flags, 'min-score', 'minScore')),
    ...given('maxGrowth', limitsOf(flags, 'max-growth', 'maxGrowth')),
    ...given('maxTotal', limitsOf(flags, 'max-total', 'maxTotal')),
    ...given('maxAge', maxAgeOf(flags)),
    ...given('failOn', flags['fail-on']),
    ...given('onUnknown', flags['on-unknown']),
  };
  // Nagios has a state of its own for warnings.
  return combineRules(asked, policy, format === 'nagios' ? 'warning' : 'critical');
}

function given<Name extends keyof AskedRules>(name: Name, value: AskedRules[Name] | undefined): AskedRules {
  return value === undefined ? {} : { [name]: value };
}

function limitsOf(
  flags: RuleFlags,
  flag: 'min-hit-rate' | 'min-score' | 'max-growth' | 'max-total',
  name: LimitName,
): Limits | undefined {
  const text = flags[flag];
  if (text === undefined) return undefined;
  try {
    return parseLimits(text, LIMIT_FORMS[name]);
  } catch (error) {
    throw new RcmError('RCM_USAGE', `--${flag}: ${messageOf(error)}`, `Example: --${flag} ${EXAMPLES[flag]}`);
  }
}

const EXAMPLES = {
  'min-hit-rate': '80, or 90:80 to warn under 90.',
  'min-score': '50, or 80:50 to warn under 80.',
  'max-growth': '20%, or 10%:20% to warn over 10.',
  'max-total': '500, or 400:500 to warn over 400.',
} as const;

function budgetsOf(flags: RuleFlags): BudgetLineName[] | undefined {
  if (flags['no-budgets']) return [];
  return flags.budgets?.split(',').map((text) => {
    const line = BUDGET_LINES.find((name) => name === text.trim());
    if (line !== undefined) return line;
    throw new RcmError('RCM_USAGE', `There is no budget line '${text}'`, `Lines: ${BUDGET_LINES.join(', ')}.`);
  });
}

function maxAgeOf(flags: RuleFlags): string | undefined {
  const text = flags['max-age'];
  if (text === undefined || parseDuration(text) !== null) return text;
  throw new RcmError('RCM_USAGE', `--max-age: '${text}' is no duration`, 'Example: --max-age 2h.');
}
