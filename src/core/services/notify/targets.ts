import { closest } from 'fastest-levenshtein';
import { ENVIRONMENT_TARGET } from '../../config/notify-schema.js';
import type { Config } from '../../config/schema.js';
import { schemesOf, type Target, typeOfUrl } from '../../domain/notify/target.js';
import { RcmError } from '../../errors.js';

type NotifyConfig = Config['notify'];
type Env = Readonly<Record<string, string | undefined>>;

const HINT = 'See docs/notifications.md.';
const TIMEOUT_MS = 10_000;

/**
 * The targets of the configuration, with what the environment holds of them.
 * @throws RCM_CONFIG_INVALID naming the target; never a value, which may be a secret
 */
export function resolveTargets(config: NotifyConfig, env: Env): Target[] {
  const listed = config.targets.map((target): Target => {
    const { name, type, from = '', to = [], minSeverity, companies, codes, timeoutMs } = target;
    const secret = target.secret ?? (target.secretEnv === undefined ? null : fromEnv(name, target.secretEnv, env));
    const url = urlOf(name, type, target.url ?? fromEnv(name, target.urlEnv as string, env));
    const wanted = { minSeverity, companies: setOf(companies), codes: setOf(codes) };
    return { name, type, url, secret, from, to, wanted, timeoutMs };
  });
  const own = environmentTarget(config);
  return own === null ? listed : [own, ...listed];
}

/**
 * Those that are asked for by name, or all.
 * @throws RCM_USAGE when there is none, or none of that name
 */
export function chooseTargets(targets: readonly Target[], names: readonly string[]): Target[] {
  if (targets.length === 0)
    throw new RcmError(
      'RCM_USAGE',
      'No target is configured to notify',
      'Set notify.targets in the configuration, or RCM_NOTIFY_URL. See docs/notifications.md.',
    );
  const known = targets.map(({ name }) => name);
  const strange = names.find((name) => !known.includes(name));
  if (strange !== undefined)
    throw new RcmError('RCM_USAGE', `No target is named '${strange}'`, `Did you mean '${closest(strange, known)}'?`);
  return names.length === 0 ? [...targets] : targets.filter(({ name }) => names.includes(name));
}

/** The one of `notify.url` (RCM_NOTIFY_URL). */
function environmentTarget({ url: text, type: given, secret, from, to }: NotifyConfig): Target | null {
  const name = ENVIRONMENT_TARGET;
  if (text === undefined) {
    if ((given ?? secret ?? from ?? to) === undefined) return null;
    throw invalid(name, 'has no URL (notify.url, RCM_NOTIFY_URL)');
  }
  if (!URL.canParse(text)) throw invalid(name, 'has a URL that is none (notify.url, RCM_NOTIFY_URL)');
  const type = given ?? typeOfUrl(new URL(text));
  const url = urlOf(name, type, text);
  if (type === 'email' && (from === undefined || to === undefined))
    throw invalid(name, 'needs a sender and recipients (notify.from and notify.to, RCM_NOTIFY_FROM and RCM_NOTIFY_TO)');
  if (type !== 'email' && (from ?? to) !== undefined)
    throw invalid(name, `is a ${type}, which has no sender or recipients`);
  if (type !== 'webhook' && secret !== undefined) throw invalid(name, `is of type ${type}: only webhooks are signed`);
  const wanted = { minSeverity: 'warning' as const, companies: null, codes: null };
  return { name, type, url, secret: secret ?? null, from: from ?? '', to: to ?? [], wanted, timeoutMs: TIMEOUT_MS };
}

function fromEnv(name: string, variable: string, env: Env): string {
  const value = env[variable];
  if (value === undefined || value === '')
    throw invalid(name, `needs the environment variable ${variable}, which is not set`);
  return value;
}

function urlOf(name: string, type: Target['type'], text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.hostname === '' || !schemesOf(type).includes(`${url.protocol}//`))
    throw invalid(name, `needs a URL that begins with ${schemesOf(type).join(' or ')}`);
  return url;
}

function setOf(list: readonly string[] | undefined): ReadonlySet<string> | null {
  return list === undefined ? null : new Set(list);
}

function invalid(name: string, what: string): RcmError {
  return new RcmError('RCM_CONFIG_INVALID', `The notification target '${name}' ${what}`, HINT);
}
