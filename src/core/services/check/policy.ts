import { closest } from 'fastest-levenshtein';
import * as z from 'zod';
import { readTree } from '../../config/sources.js';
import type { Limits } from '../../domain/check/check.js';
import { limitsOf, parseLimit, parseLimits } from '../../domain/check/limits.js';
import { ON_UNKNOWN } from '../../domain/check/outcome.js';
import { LIMIT_FORMS, type LimitName } from '../../domain/check/rules.js';
import { SEVERITIES } from '../../domain/issue.js';
import { BUDGET_LINES, type BudgetLineName } from '../../domain/pricing.js';
import { parseDuration } from '../../domain/window.js';
import { messageOf, RcmError } from '../../errors.js';

/** `true`: every line, `false`: none, or some of them. */
const budgets = z
  .union([z.boolean(), z.array(z.enum(BUDGET_LINES)).min(1)], {
    error: `must be true, false or a list of ${BUDGET_LINES.join(', ')}`,
  })
  .transform((value): readonly BudgetLineName[] => (value === true ? BUDGET_LINES : value === false ? [] : value))
  .optional();

/** A number (critical), text as on the command line, `{ warning, critical }`, or false: the rule is off. */
const limits = (name: LimitName) =>
  z
    .unknown()
    .transform((value, context): Limits | null => {
      try {
        return readLimits(value, name);
      } catch (error) {
        context.addIssue({ code: 'custom', message: messageOf(error) });
        return z.NEVER;
      }
    })
    .optional();

const ofCompanies = {
  budgets,
  minHitRate: limits('minHitRate'),
  minScore: limits('minScore'),
  maxGrowth: limits('maxGrowth'),
};

/** A policy file: the rules of the gate, to be kept beside the code. */
export const checkPolicy = z.strictObject({
  ...ofCompanies,
  maxTotal: limits('maxTotal'),
  maxAge: z
    .string()
    .refine((text) => parseDuration(text) !== null, 'must be a duration such as 30m, 2h or 1d')
    .optional(),
  failOn: z.enum(SEVERITIES).optional(),
  onUnknown: z.enum(ON_UNKNOWN).optional(),
  companies: z.record(z.string().min(1), z.strictObject(ofCompanies)).optional(),
});
export type CheckPolicy = z.infer<typeof checkPolicy>;

/**
 * Reads a policy file, YAML or JSON.
 * @throws RCM_CONFIG_UNREADABLE; RCM_CONFIG_INVALID naming the path and, for an unknown key, the nearest
 */
export function readPolicy(path: string): CheckPolicy {
  const parsed = checkPolicy.safeParse(readTree(path, 'policy file', 'Example: minHitRate: 80'));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0] as z.core.$ZodIssue;
  const at = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] as string;
    const known = Object.keys(at.length === 0 ? checkPolicy.shape : ofCompanies);
    throw new RcmError(
      'RCM_CONFIG_INVALID',
      `Unknown rule '${[...at, key].join('.')}' in ${path}`,
      `Did you mean '${[...at, closest(key, known)].join('.')}'? Here: ${known.join(', ')}.`,
    );
  }
  throw new RcmError(
    'RCM_CONFIG_INVALID',
    `Bad value for '${at.join('.')}' in ${path}: ${issue.message}`,
    'docs/ci.md shows every rule.',
  );
}

const LEVELS = ['warning', 'critical'];

/** @throws Error saying what is wrong */
function readLimits(value: unknown, name: LimitName): Limits | null {
  const form = LIMIT_FORMS[name];
  if (value === false) return null;
  if (typeof value === 'string') return parseLimits(value, form);
  if (typeof value === 'number') return parseLimits(String(value), form);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('must be a number, WARNING:CRITICAL, { warning, critical } or false');
  const levels = Object.entries(value).map(([level, limit]: [string, unknown]) => {
    if (!LEVELS.includes(level)) throw new Error(`unknown level '${level}': did you mean '${closest(level, LEVELS)}'?`);
    if (typeof limit !== 'number' && typeof limit !== 'string') throw new Error(`${level} must be a number`);
    return [level, parseLimit(String(limit), form)];
  });
  return limitsOf(Object.fromEntries(levels) as Partial<Limits>, form);
}
