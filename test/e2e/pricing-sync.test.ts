import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pricingChangeReport } from '../../src/core/services/pricing/report.js';
import { rcm } from '../support/cli.js';
import { tempDir } from '../support/temp-dir.js';
import { jsonOf } from './support/clearing.js';
import { type ChangeReport, expectHistoryExplains, type OwnStore, ownStore } from './support/pricing.js';
import { expectError } from './support/run.js';
import { expectSchema } from './support/schema.js';

const EXAMPLE = join(import.meta.dirname, '../../examples/price-list.json');
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');
const LIST = JSON.stringify({
  formatVersion: 1,
  name: 'Mine',
  publishedAt: '2026-03-01',
  source: 'the shop',
  currency: 'USD',
  prices: { redis: { storageCostPerMB: 0.1 }, mongodb: { storageCostPerGB: 0.25 } },
});

let store: OwnStore;
beforeEach(async () => {
  store = await ownStore();
});
const sync = (from: string, ...args: string[]) => ['pricing', 'sync', '--from', from, ...args, ...store.flags];
const state = () => store.with((opened) => opened.pricing.get());

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('rcm pricing sync from a file', () => {
  it('the example: today’s list prices, as one change', async () => {
    await jsonOf([
      'pricing',
      'set',
      'mongodb.storageCostPerGB=0.3',
      'twilio.perCallCostPerMinute=0.01',
      ...store.flags,
    ]);
    const dry = await jsonOf<ChangeReport>(sync(EXAMPLE, '--dry-run'));
    expect((await state()).version).toBe(1);
    const { exitCode, report } = await jsonOf<ChangeReport>(sync(EXAMPLE, '--reason', 'new year', '--actor', 'cron'));
    expect(exitCode).toBe(0);
    expectSchema(pricingChangeReport, report);
    expect(report).toMatchObject({
      change: 2,
      changes: [
        { path: 'providers.mongodb.storageCostPerGB', oldValue: 0.3, newValue: 0.25 },
        { path: 'providers.twilio.perCallCostPerMinute', oldValue: 0.01, newValue: 0.0085 },
      ],
    });
    expect(dry.report.changes).toEqual(report.changes);
    const { providers, priceHistory } = await state();
    expect(providers).toEqual((JSON.parse(readFileSync(EXAMPLE, 'utf8')) as { prices: object }).prices);
    const reason = `price list List prices of 2026-11-24 from ${EXAMPLE} (sha256:${sha256(readFileSync(EXAMPLE))}): new year`;
    expect(priceHistory.slice(2).map((e) => [e.change, e.changedBy, e.reason])).toEqual([
      [2, 'cron', reason],
      [2, 'cron', reason],
    ]);
    await store.with((opened) => expectHistoryExplains(opened, 2));
    expect((await rcm(sync(EXAMPLE))).stdout).toBe('There is nothing to change: that is what stands already.\n');
  });

  it('shows the difference and what the history will say', async () => {
    const file = `${await tempDir()}/list.json`;
    await writeFile(file, LIST);
    const { stdout } = await rcm(sync(file, '--dry-run'));
    expect(stdout).toMatch(/^providers\.redis\.storageCostPerMB +\$0\.08 +\$0\.10 +\+25\.0%$/m);
    expect(stdout).not.toContain('storageCostPerGB');
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      `Reason: price list Mine of 2026-03-01 from ${file} (sha256:${sha256(LIST)})`,
    );
  });

  it.each([
    ['a negative price', LIST.replace('0.1', '-1'), 'RCM_PRICE_LIST_INVALID', 'prices.redis.storageCostPerMB'],
    ['another version', LIST.replace('"formatVersion":1', '"formatVersion":2'), 'RCM_PRICE_LIST_INVALID', 'format 2'],
    ['what is above its ceiling', LIST.replace('0.1', '101'), 'RCM_VALUE_INVALID', 'more likely a slip'],
    ['what is no list', '<html>', 'RCM_PRICE_LIST_INVALID', 'not JSON'],
  ])('refuses %s, and changes nothing', async (_, text, code, message) => {
    const file = `${await tempDir()}/list.json`;
    await writeFile(file, text);
    const error = await expectError(sync(file), 2);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect((await state()).version).toBe(0);
  });

  it('--force takes what is above its ceiling; nothing to sync from is wrong usage', async () => {
    const file = `${await tempDir()}/list.json`;
    await writeFile(file, LIST.replace('0.1', '101'));
    expect((await jsonOf<ChangeReport>(sync(file, '--force'))).report.change).toBe(1);
    expect((await expectError(['pricing', 'sync', ...store.flags], 2)).code).toBe('RCM_USAGE');
    expect((await expectError(sync('/nonexistent.json'), 2)).code).toBe('RCM_PRICE_LIST_INVALID');
  });
});

describe('rcm pricing sync from the web', () => {
  let plain: Server;
  let secure: Server;
  let http: string;
  let https: string;
  let ca: string;
  const answer: RequestListener = (req, res) => {
    const path = new URL(req.url ?? '', 'http://x').pathname;
    if (path === '/list') res.setHeader('content-type', 'application/json').end(LIST);
    else if (path === '/html') res.setHeader('content-type', 'text/html').end('<html>');
    else if (path === '/down') res.writeHead(302, { location: `${http}/list` }).end();
    else if (path === '/up') res.writeHead(302, { location: `${https}/list` }).end();
    else if (path === '/loop') res.writeHead(302, { location: '/loop' }).end();
    else if (path !== '/silent') res.writeHead(404).end();
  };
  beforeAll(async () => {
    const dir = await tempDir('tls');
    const [key, cert] = [`${dir}/key.pem`, `${dir}/cert.pem`];
    const openssl = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost';
    const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    await execa('openssl', [...openssl.split(' '), ...names, '-keyout', key, '-out', cert]);
    ca = cert;
    plain = createHttpServer(answer);
    secure = createHttpsServer({ key: readFileSync(key), cert: readFileSync(cert) }, answer);
    http = `http://127.0.0.1:${await listen(plain)}`;
    https = `https://127.0.0.1:${await listen(secure)}`;
  });
  afterAll(() => {
    for (const server of [plain, secure]) {
      server.closeAllConnections();
      server.close();
    }
  });
  const trusting = () => ({ env: { NODE_EXTRA_CA_CERTS: ca } });

  it('by https:, from a server whose certificate is trusted; without secrets in the history', async () => {
    const url = `${https.replace('//', '//ann:pa%2Fss@')}/list?token=secret`;
    const { exitCode, report } = await jsonOf<ChangeReport>(sync(url), trusting());
    expect({ exitCode, change: report.change }).toEqual({ exitCode: 0, change: 1 });
    const reason = `price list Mine of 2026-03-01 from ${https}/list (sha256:${sha256(LIST)})`;
    expect((await state()).priceHistory.map((e) => e.reason)).toEqual([reason]);
    expect((await expectError(sync(`${https}/list`), 3)).code).toBe('RCM_PRICE_LIST_UNREACHABLE');
  });

  it('by http: only with --insecure, also where a redirect leads there', async () => {
    expect((await expectError(sync(`${http}/list`), 2)).hint).toContain('--insecure');
    const down = await expectError(sync(`${https}/down`), 2, trusting());
    expect(down).toMatchObject({ code: 'RCM_PRICE_LIST_INVALID', message: expect.stringContaining('not encrypted') });
    expect((await state()).version).toBe(0);
    const insecure = await jsonOf<ChangeReport>(sync(`${https}/down`, '--insecure', '--dry-run'), trusting());
    expect(insecure.report.changes).toHaveLength(1);
    const up = await jsonOf<ChangeReport>(sync(`${http}/up`, '--insecure', '--dry-run'), trusting());
    expect(up.report.changes).toHaveLength(1);
  });

  it.each([
    ['/html', 2, 'RCM_PRICE_LIST_INVALID'],
    ['/missing', 3, 'RCM_PRICE_LIST_UNREACHABLE'],
    ['/loop', 3, 'RCM_PRICE_LIST_UNREACHABLE'],
  ])('%s: exit %d', async (path, exitCode, code) => {
    expect((await expectError(sync(`${http}${path}`, '--insecure'), exitCode)).code).toBe(code);
  });

  it('a server that does not answer is given up by Ctrl-C', async () => {
    const controller = new AbortController();
    plain.once('request', () => controller.abort());
    const args = sync(`${http}/silent`, '--insecure');
    const { exitCode, stderr } = await rcm(args, { cancelSignal: controller.signal, killSignal: 'SIGINT' });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 130, stderr: expect.stringContaining('Interrupted') });
  });
});
