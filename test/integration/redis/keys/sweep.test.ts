import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KeyTemplates } from '../../../../src/core/redis/key-template.js';
import { KeySelection } from '../../../../src/core/redis/keys/selection.js';
import { readLimits } from '../../../../src/core/redis/removal/read-limits.js';
import { type SaveStep, saveSteps } from '../../../../src/core/redis/removal/save-steps.js';
import { sweep } from '../../../../src/core/redis/removal/sweep.js';
import { Throttle } from '../../../../src/core/redis/scan/throttle.js';
import { connect, type RedisServer, startRedis } from '../../../support/redis/index.js';

describe('what a removal finds inside the server', () => {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    redis = connect(server);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  beforeEach(() => redis.flushall());

  const templates = new KeyTemplates();
  const all = async <T>(steps: AsyncIterable<T>): Promise<T[]> => {
    const found: T[] = [];
    for await (const step of steps) found.push(step);
    return found;
  };
  const read = async (ids: string[], allowSlow = false): Promise<SaveStep[]> =>
    all(
      saveSteps(
        redis,
        new KeySelection(templates, ids),
        {},
        await Throttle.of(redis, {}),
        await readLimits(redis, allowSlow),
      ),
    );

  it('is nothing where no company is named, never every company', async () => {
    await redis.mset('company:1:a', 'x', 'company:2:a', 'x');
    const none = new KeySelection(templates, []);
    const steps = await all(sweep(redis, none, {}, await Throttle.of(redis, {})));
    expect(steps.flatMap((step) => step.removed)).toEqual([]);
    expect(await redis.dbsize()).toBe(2);
    expect((await read([])).flatMap((step) => [...step.readings, ...step.named])).toEqual([]);
  });

  it('is read with dump, type and expiry, each key once, in steps that end in time; the rest is named', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `company:1:${i}`);
    // 64 KB each: a step of 3 ms cannot hold all of a SCAN.
    for (const name of names) await redis.set(name, 'ab'.repeat(32_768), 'PXAT', 4_000_000_000_000);
    const steps = await read(['1']);
    const readings = steps.flatMap((step) => step.readings);
    const named = steps.flatMap((step) => step.named);
    const seen = [...readings.map(({ info }) => info), ...named].map(({ key }) => key.toString()).sort();
    expect(seen).toEqual([...names].sort());
    const [first] = readings;
    expect(first).toMatchObject({ type: 'string', expiresAtMs: 4_000_000_000_000 });
    expect(first && 'dump' in first && first.dump).toEqual(await redis.dumpBuffer(String(first?.info.key)));
  });

  it('is not told by the server alone where that would take other keys than the preview shows', () => {
    const closed = new KeyTemplates(['t:{companyId}:meta', 't:{companyId}:*']);
    expect(new KeySelection(closed, ['1'], 'm*').serverDecides).toBe(false);
    expect(new KeySelection(templates, ['1'], 'm*').serverDecides).toBe(true);
    expect(new KeySelection(templates, ['1'], '[à-ü]*').serverDecides).toBe(false);
  });

  it('leaves what is too large to be read at once, unless it may be slow', async () => {
    await redis.setrange('company:1:large', 17 * 1024 ** 2, 'x');
    expect((await read(['1'])).flatMap((step) => step.readings)).toMatchObject([{ missing: 'too large' }]);
    expect((await read(['1'], true)).flatMap((step) => step.readings)).toMatchObject([{ type: 'string' }]);
  });
});
