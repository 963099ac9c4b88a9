import { mongo } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { mongoError, unreadReason } from '../../../src/core/store/mongo/errors.js';
import { openStore } from '../../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../../../src/core/store/platform-collections.js';
import { REFUSING_MONGO_URI, startHangingMongo } from '../../support/mongo/index.js';

const open = (mongodbUri: string) =>
  openStore({ mongodbUri, stateFile: '/nonexistent/rcm.db', collections, timeouts: { connectMs: 300 } });
const withPassword = (uri: string) => uri.replace('mongodb://', 'mongodb://ann:s3cret@');

describe('a MongoDB that cannot be used', () => {
  it('is unreachable when it refuses or never answers, and no password is told', async () => {
    const hanging = await startHangingMongo();
    try {
      for (const uri of [REFUSING_MONGO_URI, hanging.uri]) {
        const error: unknown = await open(withPassword(uri)).catch((e: unknown) => e);
        expect(error).toMatchObject({
          code: 'RCM_MONGODB_UNREACHABLE',
          message: expect.stringContaining('ann:***@127.0.0.1'),
        });
        expect(JSON.stringify([String(error), (error as Error).stack, (error as Error).cause])).not.toContain('s3cret');
      }
    } finally {
      await hanging.stop();
    }
  });

  it.each([
    'mongo://h/db',
    'mongodb://',
    'mongodb://ann:s3cret/x@h/db',
    'mongodb://ann:s3cret@h/db?nonsense=1',
    'mongodb://ann:s3cret@h:99999/db',
  ])('has a malformed URI: %s', async (uri) => {
    const error = (await open(uri).catch((e: unknown) => e)) as Error;
    expect(error).toMatchObject({ code: 'RCM_URL_INVALID' });
    expect(`${error.message} ${error.stack}`).not.toContain('s3cret');
  });
});

describe('what the server answers', () => {
  const answer = (code: number, errmsg: string) => new mongo.MongoServerError({ ok: 0, code, errmsg });
  const location = 'mongodb://ann:***@h/db';
  const told = (error: unknown) => mongoError(error, location, 'mongodb://ann:s3cret@h/db');

  it('is told as what it means', () => {
    expect(told(answer(18, 'Authentication failed.'))).toMatchObject({
      code: 'RCM_MONGODB_FAILED',
      message: `MongoDB at ${location} refused the user or password (Authentication failed.)`,
    });
    expect(told(answer(8000, 'bad auth : authentication failed')).message).toContain('refused the user or password');
    expect(told(answer(13, 'not authorized on db to execute command')).message).toContain('does not allow this user');
    expect(told(new mongo.MongoNetworkError('reset'))).toMatchObject({ code: 'RCM_MONGODB_UNREACHABLE' });
    expect(told(answer(1, 'at mongodb://ann:s3cret@h/db')).message).not.toContain('s3cret');
  });

  it('says why a collection is unread', () => {
    expect(unreadReason(answer(13, 'no'), 'calls')).toBe("not authorized to read collection 'calls'");
    expect(unreadReason(answer(50, 'operation exceeded time limit'), 'calls')).toBe(
      "reading collection 'calls' took too long",
    );
    expect(unreadReason(new mongo.MongoNetworkError('reset'), 'calls')).toBeNull();
  });
});
