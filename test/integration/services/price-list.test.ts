import { once } from 'node:events';
import { truncate, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPriceList } from '../../../src/core/services/pricing/list/read.js';
import { CLOSED_PORT, startFakeServer } from '../../support/fake-server.js';
import { tempDir } from '../../support/temp-dir.js';

const LIST = JSON.stringify({
  formatVersion: 1,
  name: 'Mine',
  publishedAt: '2026-03-01',
  source: 'the shop',
  currency: 'USD',
  prices: { redis: { storageCostPerMB: 0.1 } },
});
const MB = 1024 * 1024;

/** The list, blown up with blanks to a length in bytes. */
const padded = (length: number) => LIST + ' '.repeat(length - LIST.length);

const seen: { url: string; authorization: string | undefined }[] = [];
let base: string;
let other: string;

const routes: Record<string, RequestListener> = {
  '/list': (_, res) => void res.setHeader('content-type', 'application/json').end(LIST),
  '/charset': (_, res) => void res.setHeader('content-type', 'application/json; charset=utf-8').end(LIST),
  '/text': (_, res) => void res.setHeader('content-type', 'text/plain').end(LIST),
  '/vendor': (_, res) => void res.setHeader('content-type', 'application/vnd.prices+json').end(LIST),
  '/html': (_, res) => void res.setHeader('content-type', 'text/html').end('<html>'),
  '/untyped': (_, res) => void res.end(LIST),
  '/missing': (_, res) => void res.writeHead(404).end('no'),
  '/broken': (_, res) => void res.writeHead(500).end('no'),
  '/empty': (_, res) => void res.writeHead(204).end(),
  '/bad': (_, res) => void res.setHeader('content-type', 'application/json').end('{"formatVersion": 1,'),
  '/full': (_, res) => void res.setHeader('content-type', 'application/json').end(padded(MB)),
  '/over': (_, res) => void res.setHeader('content-type', 'application/json').end(padded(MB + 1)),
  // Never ends by itself: it must be left.
  '/endless': (_, res) => {
    res.setHeader('content-type', 'application/json');
    const pour = () => {
      while (!res.destroyed && res.write(' '.repeat(65_536)));
    };
    res.on('drain', pour);
    pour();
  },
  '/slow': (_, res) => void res.setHeader('content-type', 'application/json').write('{'),
  '/silent': () => undefined,
  '/cut': (_, res) => {
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': LIST.length });
    res.write(LIST.slice(0, 20), () => res.destroy());
  },
  '/loop': (_, res) => void res.writeHead(302, { location: '/loop' }).end(),
  '/hop3': (_, res) => void res.writeHead(301, { location: '/hop2' }).end(),
  '/hop2': (_, res) => void res.writeHead(302, { location: 'hop1?x=1' }).end(),
  '/hop1': (_, res) => void res.writeHead(307, { location: '/list' }).end(),
  '/hop4': (_, res) => void res.writeHead(308, { location: '/hop3' }).end(),
  '/away': (_, res) => void res.writeHead(302, { location: `${other}/list` }).end(),
  '/file': (_, res) => void res.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/nowhere': (_, res) => void res.writeHead(302, { location: 'http://[' }).end(),
};

async function serve(): Promise<[Server, string]> {
  const server = createServer((req, res) => {
    seen.push({ url: req.url ?? '', authorization: req.headers.authorization });
    const route = routes[new URL(req.url ?? '', 'http://x').pathname];
    if (route) route(req, res);
    else res.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return [server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
}

const servers: Server[] = [];
beforeAll(async () => {
  const [first, url] = await serve();
  const [second, elsewhere] = await serve();
  servers.push(first, second);
  [base, other] = [url, elsewhere];
});
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

const read = (url: string, more: { signal?: AbortSignal; insecure?: boolean; timeoutMs?: number } = {}) =>
  readPriceList(url, { insecure: true, force: false, ...more });

describe('a price list from the web', () => {
  it.each(['/list', '/charset', '/text', '/vendor', '/full', '/hop1', '/hop2', '/hop3', '/away'])(
    '%s',
    async (path) => {
      const { list, from } = await read(base + path);
      expect({ prices: list.prices, from }).toEqual({
        prices: { redis: { storageCostPerMB: 0.1 } },
        from: base + path,
      });
    },
  );

  it.each([
    ['/html', 'RCM_PRICE_LIST_INVALID', 'is text/html, not JSON'],
    ['/untyped', 'RCM_PRICE_LIST_INVALID', 'of no known type'],
    ['/bad', 'RCM_PRICE_LIST_INVALID', 'is not JSON'],
    ['/over', 'RCM_PRICE_LIST_INVALID', 'larger than 1 MB'],
    ['/endless', 'RCM_PRICE_LIST_INVALID', 'larger than 1 MB'],
    ['/missing', 'RCM_PRICE_LIST_UNREACHABLE', 'the server says 404'],
    ['/broken', 'RCM_PRICE_LIST_UNREACHABLE', 'the server says 500'],
    ['/empty', 'RCM_PRICE_LIST_UNREACHABLE', 'the server says 204'],
    ['/cut', 'RCM_PRICE_LIST_UNREACHABLE', 'cannot be fetched'],
    ['/loop', 'RCM_PRICE_LIST_UNREACHABLE', 'more than 3 times'],
    ['/hop4', 'RCM_PRICE_LIST_UNREACHABLE', 'more than 3 times'],
    ['/file', 'RCM_PRICE_LIST_UNREACHABLE', 'no web address'],
    ['/nowhere', 'RCM_PRICE_LIST_UNREACHABLE', 'no web address'],
  ])('%s is refused', async (path, code, message) => {
    await expect(read(base + path)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('goes three redirects far, and asks no further', async () => {
    seen.length = 0;
    await expect(read(`${base}/loop`)).rejects.toThrow();
    expect(seen.filter(({ url }) => url === '/loop')).toHaveLength(4);
  });

  it.each(['/slow', '/silent'])('%s is given up in time', async (path) => {
    await expect(read(base + path, { timeoutMs: 200 })).rejects.toMatchObject({
      code: 'RCM_PRICE_LIST_UNREACHABLE',
      message: expect.stringContaining('did not come within 0.2 s'),
    });
  });

  it('is given up when the command is interrupted', async () => {
    const controller = new AbortController();
    const reason = new Error('interrupted');
    const reading = read(`${base}/silent`, { signal: controller.signal });
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });

  it('user and password go to the list’s own server only, and nowhere else', async () => {
    seen.length = 0;
    const { from } = await read(`${base.replace('//', '//ann:p%40ss@')}/away?token=secret#part`);
    expect(from).toBe(`${base}/away`);
    const basic = `Basic ${Buffer.from('ann:p@ss').toString('base64')}`;
    // A request that an earlier test gave up may arrive late.
    expect(seen.filter(({ url }) => url !== '/silent')).toEqual([
      { url: '/away?token=secret', authorization: basic },
      { url: '/list', authorization: undefined },
    ]);
    const error = await read(`${base.replace('//', '//ann:p%40ss@')}/missing?token=secret`).catch((e: unknown) => e);
    expect(`${(error as Error).message} ${(error as { hint: string }).hint}`).not.toMatch(/ann:|p@ss|p%40ss|secret/);
  });

  it('needs --insecure by http:, before anything is asked', async () => {
    seen.length = 0;
    await expect(read(`${base}/list`, { insecure: false })).rejects.toMatchObject({
      code: 'RCM_USAGE',
      hint: expect.stringContaining('--insecure'),
    });
    expect(seen.filter(({ url }) => url !== '/silent')).toEqual([]);
  });

  it.each(['ftp://127.0.0.1/x', 'file:///etc/passwd', 'data://x', 'https://'])('%s is not taken', async (url) => {
    await expect(read(url)).rejects.toMatchObject({ code: 'RCM_USAGE' });
  });

  it('nothing listens there, or something else', async () => {
    const unreachable = { code: 'RCM_PRICE_LIST_UNREACHABLE' };
    await expect(read(`https://127.0.0.1:${CLOSED_PORT}/x`)).rejects.toMatchObject(unreachable);
    await expect(read('https://nowhere.invalid/x')).rejects.toMatchObject(unreachable);
    const talker = await startFakeServer((socket) => void socket.end('-ERR what?\r\n'));
    await expect(read(`http://127.0.0.1:${talker.port}/x`)).rejects.toMatchObject(unreachable);
    await expect(read(`https://127.0.0.1:${talker.port}/x`)).rejects.toMatchObject(unreachable);
    await talker.stop();
  });
});

describe('a price list in a file', () => {
  it('is read; up to 1 MB', async () => {
    const path = `${await tempDir()}/list.json`;
    await writeFile(path, padded(MB));
    expect(await read(path)).toMatchObject({ from: path, edits: [{ value: 0.1 }] });
    await truncate(path, MB + 1);
    await expect(read(path)).rejects.toMatchObject({
      code: 'RCM_PRICE_LIST_INVALID',
      message: expect.stringContaining('1 MB'),
    });
  });

  it.each(['/nonexistent/list.json', '/', ''])('%j cannot be read', async (path) => {
    await expect(read(path)).rejects.toMatchObject({
      code: 'RCM_PRICE_LIST_INVALID',
      message: expect.stringContaining('cannot be read'),
    });
  });

  it.skipIf(process.platform !== 'linux')('a device that never ends is left', async () => {
    await expect(read('/dev/zero')).rejects.toMatchObject({ message: expect.stringContaining('1 MB') });
  });
});
