import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deliver } from '../../../src/core/notify/deliver.js';
import { DeliveryError } from '../../../src/core/notify/delivery-error.js';
import { postJson } from '../../../src/core/notify/http.js';
import {
  type Behaviour,
  cut,
  endless,
  garbage,
  hang,
  type Receiver,
  startReceiver,
  status,
} from '../../support/receiver.js';

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.stop());
beforeEach(() => receiver.always(null));
afterEach(() => receiver.take());

const PATH = '/services/T000/secretpath';
const post = (options: { url?: string; timeoutMs?: number; signal?: AbortSignal } = {}) => {
  const { url = receiver.url + PATH, timeoutMs = 5000, signal } = options;
  return deliver((ending) => postJson(new URL(url), '{"a":1}', { 'x-own': '1' }, ending), {
    timeoutMs,
    signal,
    pauseMs: 5,
  });
};

describe('over HTTP', () => {
  it('one POST, of JSON, with the URL’s credentials as a header', async () => {
    const url = `${receiver.url.replace('//', '//user:p%40ss@')}${PATH}?x=1`;
    expect(await post({ url })).toMatchObject({ attempts: 1, error: null });
    const [{ method, path, headers, body } = expect.fail('nothing came'), ...more] = receiver.take();
    expect({ method, path, body, more }).toEqual({ method: 'POST', path: `${PATH}?x=1`, body: '{"a":1}', more: [] });
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-own': '1',
      authorization: `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
    });
  });

  it.each<[string, Behaviour, number]>([
    ['500', status(500), 3],
    ['503', status(503), 3],
    ['429', status(429), 3],
    ['408', status(408), 3],
    ['404', status(404), 1],
    ['410', status(410), 1],
    ['400', status(400), 1],
    ['a redirect', status(302, { location: '/elsewhere' }), 1],
    ['a redirect that keeps the method', status(307, { location: '/elsewhere' }), 1],
    ['garbage', garbage, 3],
    ['a connection cut in the middle', cut, 3],
  ])('%s fails', async (_, behaviour, attempts) => {
    receiver.always(behaviour);
    const { error, ...rest } = await post();
    expect({ error, ...rest }).toEqual({ attempts, error: expect.any(String), result: null });
    expect(error).not.toContain('secretpath');
    const paths = receiver.take().map(({ path }) => path);
    expect(paths).toEqual(Array(attempts).fill(PATH));
  });

  it('what a server says of itself is not repeated: it may be the secret path', async () => {
    receiver.always((request, response) => void response.writeHead(404, `No ${request.url}`).end());
    expect(await post()).toEqual({ attempts: 1, error: 'it answers 404 Not Found', result: null });
    receiver.always((request, response) => void response.writeHead(599, `No ${request.url}`).end());
    expect(await post()).toMatchObject({ attempts: 3, error: 'it answers 599' });
  });

  it('an answer whose head has no end is given up', async () => {
    receiver.always((_, response) => {
      response.socket?.write('HTTP/1.1 200 OK\r\n');
      const drip = setInterval(() => response.socket?.write('x-more: y\r\n'), 20);
      response.socket?.on('close', () => clearInterval(drip));
    });
    expect(await post({ timeoutMs: 150 })).toMatchObject({ attempts: 3, error: 'it did not answer within 0.15 s' });
  });

  it('nobody listens, or there is no such host: tried again, and told without the path', async () => {
    const gone = await startReceiver();
    await gone.stop();
    for (const base of [gone.url, 'http://nobody.invalid']) {
      const { attempts, error } = await post({ url: base + PATH });
      expect(attempts).toBe(3);
      expect(error).toMatch(/ECONNREFUSED|ENOTFOUND|EAI_AGAIN/);
      expect(error).not.toContain('secretpath');
    }
  });

  it('who hangs is given up after the time of each attempt', async () => {
    receiver.always(hang);
    const start = Date.now();
    expect(await post({ timeoutMs: 150 })).toMatchObject({ attempts: 3, error: 'it did not answer within 0.15 s' });
    expect(Date.now() - start).toBeLessThan(10_000);
  });

  it('an answer without an end is not read', async () => {
    receiver.next(endless);
    const start = Date.now();
    expect(await post({ timeoutMs: 5000 })).toMatchObject({ attempts: 1, error: null });
    expect(Date.now() - start).toBeLessThan(10_000);
  });

  it('500, then 200: told by the second attempt', async () => {
    receiver.next(status(500));
    expect(await post()).toMatchObject({ attempts: 2, error: null });
  });

  it('429 with Retry-After: not before the second is over', async () => {
    receiver.next(status(429, { 'retry-after': '1' }));
    const start = Date.now();
    expect(await post()).toMatchObject({ attempts: 2, error: null });
    expect(Date.now() - start).toBeGreaterThanOrEqual(990);
  });

  it('who asks to be left alone for over a minute is left to a later run', async () => {
    receiver.next(status(503, { 'retry-after': '61' }));
    const { attempts, error } = await post();
    expect({ attempts, error }).toEqual({
      attempts: 1,
      error: 'it answers 503 Service Unavailable, and asks to be left alone for 61 s',
    });
  });

  it('an interruption ends it, waiting or not', async () => {
    receiver.always(hang);
    const reason = new Error('stop');
    const controller = new AbortController();
    const waiting = post({ signal: controller.signal });
    setTimeout(() => controller.abort(reason), 50);
    await expect(waiting).rejects.toBe(reason);
    const during = new AbortController();
    const slow = deliver(() => Promise.reject(new DeliveryError('no', { retry: true })), {
      timeoutMs: 1000,
      pauseMs: 20_000,
      signal: during.signal,
    });
    setTimeout(() => during.abort(reason), 50);
    await expect(slow).rejects.toBe(reason);
  });

  it('a mistake of ours is no failed delivery', async () => {
    const mistake = new TypeError('ours');
    await expect(deliver(() => Promise.reject(mistake), { timeoutMs: 1000 })).rejects.toBe(mistake);
  });
});
