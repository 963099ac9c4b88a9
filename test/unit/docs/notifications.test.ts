import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configSchema } from '../../../src/core/config/schema.js';
import { signatureHeaders } from '../../../src/core/notify/signature.js';
import { tempDir } from '../../support/temp-dir.js';

const page = readFileSync(new URL('../../../docs/notifications.md', import.meta.url), 'utf8');
const blockOf = (language: string) => new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(page)?.[1] ?? '';

type Check = (headers: Record<string, string>, body: string | Buffer, secret: string, nowMs?: number) => boolean;

describe('docs/notifications.md', () => {
  it('its check of a signature takes what we sign, and nothing that was changed, is old or of another secret', async () => {
    const file = `${await tempDir('docs')}/verify.mjs`;
    await writeFile(file, blockOf('js'));
    const { isFromRcm } = (await import(/* @vite-ignore */ file)) as { isFromRcm: Check };
    const now = Date.UTC(2026, 2, 1, 12);
    const body = '{"name":"Söhne"}';
    const headers = signatureHeaders('secret', body, new Date(now));
    expect(isFromRcm(headers, Buffer.from(body), 'secret', now)).toBe(true);
    expect(isFromRcm(headers, body, 'secret', now + 299_000)).toBe(true);
    expect(isFromRcm(headers, body, 'secret', now + 300_000)).toBe(false);
    expect(isFromRcm(headers, body.replace('S', 's'), 'secret', now)).toBe(false);
    expect(isFromRcm(headers, body, 'other', now)).toBe(false);
    const later = { ...headers, 'x-rcm-timestamp': String(now / 1000 + 600) };
    expect(isFromRcm(later, body, 'secret', now + 600_000)).toBe(false);
    expect(isFromRcm({}, body, 'secret', now)).toBe(false);
    expect(isFromRcm({ ...headers, 'x-rcm-signature': 'ÿ'.repeat(71) }, body, 'secret', now)).toBe(false);
  });

  it('its configuration is one', () => {
    const { notify } = configSchema.parse(parse(blockOf('yaml')));
    expect(notify.targets.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'ops slack',
      'pager webhook',
      'mail email',
    ]);
  });

  it('its webhook has the fields that there are', async () => {
    const { webhookPayload } = await import('../../../src/core/domain/notify/payloads.js');
    const shown = JSON.parse(blockOf('json')) as { new: object[] };
    const change = {
      kind: 'new',
      severity: 'critical',
      code: 'X',
      companyId: null,
      companyName: null,
      message: null,
    } as const;
    const rest = { evidence: null, since: new Date(), resolvedAt: null, command: 'rcm alerts' };
    const platform = { store: null, redis: null };
    const real = webhookPayload({
      event: 'rcm.alerts',
      id: '',
      generatedAt: new Date(),
      platform,
      changes: [{ ...change, ...rest }],
    });
    expect(Object.keys(shown)).toEqual(Object.keys(real));
    expect(Object.keys(shown.new[0] ?? {})).toEqual(Object.keys((real.new as object[])[0] ?? {}));
  });
});
