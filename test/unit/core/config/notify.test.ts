import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../../src/core/config/schema.js';
import { shownTarget } from '../../../../src/core/domain/notify/target.js';
import { RcmError } from '../../../../src/core/errors.js';
import { chooseTargets, resolveTargets } from '../../../../src/core/services/notify/targets.js';

const HOOK = { name: 'hook', type: 'webhook', url: 'https://example.com/TOPSECRET' };
const MAIL = { name: 'mail', type: 'email', url: 'smtp://u:TOPSECRET@example.com', from: 'a@b.c', to: ['d@e.f'] };

/** Where the schema refuses a target, and why. */
function refusal(target: object): string {
  const { error } = configSchema.safeParse({ notify: { targets: [target] } });
  const issue = error?.issues[0];
  if (issue === undefined) return 'taken';
  expect(issue.message).not.toContain('TOPSECRET');
  return `${issue.path.slice(3).join('.')}: ${issue.message}`;
}
const resolve = (notify: object, env: Record<string, string> = {}) =>
  resolveTargets(configSchema.parse({ notify }).notify, env);
function problem(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (!(error instanceof RcmError)) throw error;
    expect(error.message).not.toContain('TOPSECRET');
    return `${error.code}: ${error.message}`;
  }
  return 'taken';
}

describe('notify.targets', () => {
  it.each<[string, object, string]>([
    ['a webhook', HOOK, 'taken'],
    ['a mail', MAIL, 'taken'],
    [
      'all there is',
      { ...HOOK, secret: 'x', minSeverity: 'critical', companies: ['a'], codes: ['BUDGET_CACHE'], timeoutMs: 500 },
      'taken',
    ],
    ['no URL', { name: 'x', type: 'webhook' }, 'url: give either url or urlEnv'],
    ['two URLs', { ...HOOK, urlEnv: 'X' }, 'url: give either url or urlEnv'],
    ['a URL that is none', { ...HOOK, url: 'TOPSECRET' }, 'url: must be a URL that begins with https:// or http://'],
    [
      'another scheme',
      { ...HOOK, url: 'file:///TOPSECRET' },
      'url: must be a URL that begins with https:// or http://',
    ],
    ['a mail by HTTP', { ...MAIL, url: HOOK.url }, 'url: must be a URL that begins with smtp:// or smtps://'],
    ['a mail without host', { ...MAIL, url: 'smtp:x' }, 'url: must be a URL that begins with smtp:// or smtps://'],
    ['a signed mail', { ...MAIL, secret: 'TOPSECRET' }, 'secret: only webhooks are signed'],
    ['two secrets', { ...HOOK, secret: 'TOPSECRET', secretEnv: 'X' }, 'secret: give either secret or secretEnv'],
    ['a mail to nobody', { ...MAIL, to: [] }, 'to: '],
    [
      'a mail without recipients',
      { name: 'm', type: 'email', url: MAIL.url, from: 'a@b.c' },
      'to: an e-mail needs recipients',
    ],
    ['a webhook with recipients', { ...HOOK, to: ['a@b.c'] }, 'to: only e-mails have recipients'],
    ['an address with a name', { ...MAIL, to: ['Ann <a@b.c>'] }, 'to.0: must be a plain e-mail address'],
    ['an address of two', { ...MAIL, to: ['a@b.c,d@e.f'] }, 'to.0: must be a plain e-mail address'],
    ['an address that ends a header', { ...MAIL, from: 'a@b.c\r\nBcc: x@y.z' }, 'from: must be a plain e-mail address'],
    ['a name with a blank', { ...HOOK, name: 'a b' }, 'name: must be letters'],
    ['a code that there is none of', { ...HOOK, codes: ['BUDGET_CASH'] }, 'codes.0: '],
    ['a time of no sense', { ...HOOK, timeoutMs: 60_001 }, 'timeoutMs: '],
    ['an unknown field', { ...HOOK, token: 'TOPSECRET' }, ': Unrecognized key'],
    ['an unknown type', { ...HOOK, type: 'pager' }, 'type: '],
  ])('%s', (_, target, expected) => {
    const found = refusal(target);
    expect(found.slice(0, expected.length)).toBe(expected);
  });

  it('names are unique', () => {
    const names = (...targets: object[]) => configSchema.safeParse({ notify: { targets } }).error?.issues[0]?.path;
    expect(names(HOOK, { ...HOOK, name: 'other' })).toBeUndefined();
    expect(names(HOOK, HOOK)).toEqual(['notify', 'targets', 1, 'name']);
    expect(names({ ...HOOK, name: 'default' })).toEqual(['notify', 'targets', 0, 'name']);
  });
});

describe('targets', () => {
  it('take URL and secret from the environment; what is missing or wrong there is named, never shown', () => {
    const target = { name: 'hook', type: 'webhook', urlEnv: 'HOOK', secretEnv: 'KEY' };
    const [hook] = resolve({ targets: [target] }, { HOOK: 'https://example.com/x', KEY: 'k' });
    expect(hook).toMatchObject({ name: 'hook', secret: 'k', timeoutMs: 10_000, wanted: { minSeverity: 'warning' } });
    expect(hook?.url.href).toBe('https://example.com/x');
    const refused = (env: Record<string, string>) => problem(() => resolve({ targets: [target] }, env));
    const name = "RCM_CONFIG_INVALID: The notification target 'hook'";
    expect(refused({ HOOK: 'https://example.com/TOPSECRET' })).toBe(
      `${name} needs the environment variable KEY, which is not set`,
    );
    expect(refused({ HOOK: '', KEY: 'k' })).toBe(`${name} needs the environment variable HOOK, which is not set`);
    expect(refused({ HOOK: 'ftp://TOPSECRET', KEY: 'k' })).toBe(
      `${name} needs a URL that begins with https:// or http://`,
    );
  });

  it('one of notify.url, whatever its type', () => {
    expect(resolve({})).toEqual([]);
    expect(resolve({ url: 'https://example.com/x', secret: 'k' })).toMatchObject([
      { name: 'default', type: 'webhook', secret: 'k' },
    ]);
    expect(resolve({ url: 'https://hooks.slack.com/services/x' })).toMatchObject([{ type: 'slack' }]);
    expect(resolve({ url: 'https://chat.example.com/hooks/x', type: 'slack' })).toMatchObject([{ type: 'slack' }]);
    expect(resolve({ url: 'smtps://example.com', from: 'a@b.c', to: ['d@e.f'] })).toMatchObject([
      { type: 'email', to: ['d@e.f'] },
    ]);
    for (const wrong of [
      { secret: 'TOPSECRET' },
      { url: 'TOPSECRET' },
      { url: 'gopher://TOPSECRET' },
      { url: 'smtp://example.com' },
      { url: 'https://example.com', to: ['a@b.c'] },
      { url: 'https://hooks.slack.com/x', secret: 'TOPSECRET' },
    ])
      expect(problem(() => resolve(wrong))).toMatch(/^RCM_CONFIG_INVALID: The notification target 'default' /);
  });

  it('are chosen by name', () => {
    const targets = resolve({ targets: [HOOK, MAIL] });
    expect(chooseTargets(targets, []).map(({ name }) => name)).toEqual(['hook', 'mail']);
    expect(chooseTargets(targets, ['mail']).map(({ name }) => name)).toEqual(['mail']);
    expect(problem(() => chooseTargets(targets, ['mial']))).toBe("RCM_USAGE: No target is named 'mial'");
    expect(problem(() => chooseTargets([], []))).toContain('RCM_USAGE: No target is configured');
  });

  it('are shown by scheme and host', () => {
    const shown = resolve({
      targets: [{ ...HOOK, url: 'https://u:TOPSECRET@example.com:8443/TOPSECRET?TOPSECRET' }, MAIL],
    }).map(shownTarget);
    expect(shown).toEqual(['https://example.com:8443/…', 'smtp://example.com to d@e.f']);
  });
});
