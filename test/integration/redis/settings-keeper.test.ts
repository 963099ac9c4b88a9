import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRestoreRecord, writeRestoreRecord } from '../../../src/core/redis/observe/restore-record.js';
import { SettingsKeeper } from '../../../src/core/redis/observe/settings-keeper.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';

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

it('what cannot be put back yet outlasts the observers after it', async () => {
  // A server of a cluster that is a replica by now, or away: an observer died while it had changed it.
  const gone = { former: 'K$', set: 'K$Emxe' };
  await writeRestoreRecord(redis, { token: 'died', settings: { '10.0.0.7:6379': gone } });
  const nodes = [{ label: server.url, control: redis }];
  for (const token of ['next', 'the one after']) {
    const keeper = new SettingsKeeper(redis, token);
    expect(await keeper.putBackLeftovers(nodes)).toMatchObject([{ outcome: { kind: 'unreachable' } }]);
    await keeper.extend(nodes);
    expect(await readRestoreRecord(redis)).toMatchObject({ settings: { '10.0.0.7:6379': gone, primary: {} } });
    expect(await keeper.putBack(nodes)).toMatchObject([{ outcome: { kind: 'done' } }]);
    expect(await redis.config('GET', 'notify-keyspace-events')).toEqual(['notify-keyspace-events', '']);
    expect((await readRestoreRecord(redis))?.settings).toEqual({ '10.0.0.7:6379': gone });
  }
});
