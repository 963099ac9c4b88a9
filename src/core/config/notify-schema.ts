import * as z from 'zod';
import { ALERT_CODES } from '../domain/alerts/alert.js';
import { ISSUE_CODES } from '../domain/detect/issue.js';
import { SEVERITIES } from '../domain/issue.js';
import { isAddress, schemesOf, TARGET_TYPES } from '../domain/notify/target.js';

const text = z.string().min(1);
const variable = z.string().regex(/^[A-Za-z_]\w*$/, 'must be the name of an environment variable');
const address = z.string().refine(isAddress, 'must be a plain e-mail address such as ops@example.com');

/** Where notifications go. Messages name what is wrong, never a value: URLs and keys are secrets. */
const target = z
  .strictObject({
    name: z.string().regex(/^\w[\w.-]{0,63}$/, 'must be letters, digits, . _ or -, 64 at most'),
    type: z.enum(TARGET_TYPES),
    url: text.optional(),
    urlEnv: variable.optional(),
    secret: text.optional(),
    secretEnv: variable.optional(),
    from: address.optional(),
    to: z.array(address).min(1).max(50).optional(),
    minSeverity: z.enum(SEVERITIES).default('warning'),
    companies: z.array(text).min(1).optional(),
    codes: z
      .array(z.enum([...ALERT_CODES, ...ISSUE_CODES]))
      .min(1)
      .optional(),
    timeoutMs: z.coerce.number().int().min(100).max(60_000).default(10_000),
  })
  .superRefine((value, context) => {
    const { type, url, urlEnv, secret, secretEnv, from, to } = value;
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if ((url === undefined) === (urlEnv === undefined)) refuse('url', 'give either url or urlEnv');
    if (url !== undefined && !hasScheme(url, schemesOf(type)))
      refuse('url', `must be a URL that begins with ${schemesOf(type).join(' or ')}`);
    if (secret !== undefined && secretEnv !== undefined) refuse('secret', 'give either secret or secretEnv');
    if (type !== 'webhook' && (secret ?? secretEnv) !== undefined) refuse('secret', 'only webhooks are signed');
    if (type === 'email' && from === undefined) refuse('from', 'an e-mail needs a sender');
    if (type === 'email' && to === undefined) refuse('to', 'an e-mail needs recipients');
    if (type !== 'email' && from !== undefined) refuse('from', 'only e-mails have a sender');
    if (type !== 'email' && to !== undefined) refuse('to', 'only e-mails have recipients');
  });

/** `url` and what goes with it make one target by environment variables alone; `targets` any number. */
export const notifySchema = z.strictObject({
  url: text.optional(),
  type: z.enum(TARGET_TYPES).optional(),
  secret: text.optional(),
  from: address.optional(),
  to: z.array(address).min(1).max(50).optional(),
  /** How long an issue must be over before its end is told. */
  quietMinutes: z.coerce.number().int().min(0).max(10_080).default(0),
  targets: z
    .array(target)
    .max(50)
    .superRefine((targets, context) => {
      const names = targets.map(({ name }) => name);
      const twice = names.findIndex((name, i) => names.indexOf(name) !== i || name === ENVIRONMENT_TARGET);
      if (twice >= 0)
        context.addIssue({
          code: 'custom',
          path: [twice, 'name'],
          message: `must be unique, and not '${ENVIRONMENT_TARGET}'`,
        });
    })
    .default([]),
});

/** The name of the target that `notify.url` makes. */
export const ENVIRONMENT_TARGET = 'default';

function hasScheme(url: string, schemes: readonly string[]): boolean {
  return URL.canParse(url) && schemes.includes(`${new URL(url).protocol}//`) && new URL(url).hostname !== '';
}
