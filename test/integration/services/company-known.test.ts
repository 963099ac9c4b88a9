import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompanyCache } from '../../../src/client/index.js';
import { ownKeys } from '../../../src/core/redis/namespace.js';
import { assertIsKnown } from '../../../src/core/services/company/candidates.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { type Rig, rigOn } from './rig.js';

describe('a company that no list knows', () => {
  let server: RedisServer;
  let redis: Redis;
  let rig: Rig;
  beforeAll(async () => {
    server = await startRedis({ users: ['narrow on >secret ~company:* +@all'] });
    redis = connect(server);
    rig = await rigOn(server.url);
    await redis.set('company:12:a', 'v');
    const cache = new CompanyCache({ redis });
    await cache.get('cleared', 'k');
    await cache.close();
    await redis.hset(ownKeys.policy('limited'), 'cachingEnabled', '1');
  });
  afterAll(async () => {
    await rig.close();
    redis.disconnect();
    await server.stop();
  });
  const asked = (ports: Rig['ports'], companyId: string, source: 'keys' | 'import' = 'keys') =>
    assertIsKnown(ports, { companyId, companyName: null, by: 'unlisted' }, { companies: [], source });

  it('is there with keys, with events of a cache that is empty now, or with a policy', async () => {
    for (const id of ['12', 'cleared', 'limited']) await expect(asked(rig.ports, id)).resolves.toBeUndefined();
  });

  it('is not there without any, and the nearest with keys is named', async () => {
    await expect(asked(rig.ports, '122')).rejects.toMatchObject({
      code: 'RCM_COMPANY_NOT_FOUND',
      hint: expect.stringContaining('Did you mean 12'),
    });
  });

  it('is known by its keys to who may not see what was recorded', async () => {
    const narrow = await rigOn(server.url, { redis: { url: server.url, username: 'narrow', password: 'secret' } });
    try {
      await expect(asked(narrow.ports, '12')).resolves.toBeUndefined();
      await expect(asked(narrow.ports, 'cleared', 'import')).rejects.toMatchObject({ code: 'RCM_COMPANY_NOT_FOUND' });
    } finally {
      await narrow.close();
    }
  });
});
