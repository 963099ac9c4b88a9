import { describe, expect, it } from 'vitest';
import { redactText, redactUrl } from '../../../../src/core/domain/redact.js';

describe('redactUrl', () => {
  it.each([
    ['mongodb://ann:s3cret@h1:27017,h2:27017/db?replicaSet=r', 'mongodb://ann:***@h1:27017,h2:27017/db?replicaSet=r'],
    ['mongodb+srv://ann:s3cret@cluster.example/db', 'mongodb+srv://ann:***@cluster.example/db'],
    ['mongodb://CN=client@h/db?authMechanism=MONGODB-X509', 'mongodb://CN=client@h/db?authMechanism=MONGODB-X509'],
    ['redis://:s3cret@h:6379/0', 'redis://:***@h:6379/0'],
    ['redis://s3cret@h:6379', 'redis://***@h:6379'],
    ['rediss://ann:p@ss:s3cret@h', 'rediss://ann:***@h'],
    ['redis://ann:s3cret/x?y#z@h:6379/0', 'redis://ann:***@h:6379/0'],
    ['ann:s3cret@h:6379', 'ann:***@h:6379'],
    ['redis://h:6379/0', 'redis://h:6379/0'],
    ['redis://h', 'redis://h'],
    ['mongodb://h1:1,h2:2/db?appName=a@b', 'mongodb://h1:1,h2:2/db?appName=a@b'],
    ['redis://[::1]:6379/0', 'redis://[::1]:6379/0'],
    ['redis:///tmp/r.sock?password=s3cret&db=1', 'redis:///tmp/r.sock?password=***&db=1'],
    [
      'mongodb://h/?tlsCertificateKeyFilePassword=s3cret&authMechanismProperties=AWS_SESSION_TOKEN:s3cret',
      'mongodb://h/?tlsCertificateKeyFilePassword=***&authMechanismProperties=***',
    ],
    ['', ''],
  ])('%s', (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });
});

describe('redactText', () => {
  it('finds URLs inside a message, and a known one whatever it contains', () => {
    expect(redactText('connect redis://:s3cret@h failed, then "mongodb://a:s3cret@h/db"')).toBe(
      'connect redis://:***@h failed, then "mongodb://a:***@h/db"',
    );
    expect(redactText('bad uri mongodb://a:s3 cret@h !', 'mongodb://a:s3 cret@h')).toBe('bad uri mongodb://a:***@h !');
  });
});
