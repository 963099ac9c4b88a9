import mongoose from 'mongoose';
import { redactText } from '../../domain/redact.js';
import { messageOf, RcmError } from '../../errors.js';

/** What is said of a broken connection under other names: by Mongoose, and inside the errors of bulk writes. */
const DISCONNECTED =
  /bufferCommands = false|\b(ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|ENOTFOUND|EHOSTUNREACH)\b|connection \d+ to \S+ (closed|timed out)/;
const UNREACHABLE = /ServerSelection|MongoNetwork|PoolCleared|MongoTopologyClosed|MongoNotConnected/;
const AUTHENTICATION_FAILED = 18;
const UNAUTHORIZED = 13;
const TIME_LIMIT = 50;
const DUPLICATE_KEY = 11_000;

/** What the driver threw, as an RcmError without secrets. `location` is the URI without its password. */
export function mongoError(error: unknown, location: string, uri: string): RcmError {
  if (error instanceof RcmError) return error;
  const message = redactText(messageOf(error), uri).replace(/\s+/g, ' ').slice(0, 300);
  const raise = (
    code: 'RCM_MONGODB_UNREACHABLE' | 'RCM_MONGODB_FAILED' | 'RCM_URL_INVALID',
    text: string,
    hint: string,
  ) =>
    // The driver's own error carries the URI's password among its options: it is not passed on as the cause.
    new RcmError(code, text, hint);
  const name = error instanceof Error ? error.name : '';
  const code = codeOf(error);
  if (isAuthentication(code, message)) {
    return raise(
      'RCM_MONGODB_FAILED',
      `MongoDB at ${location} refused the user or password (${message})`,
      'Check the user, the password and authSource in the MongoDB URI.',
    );
  }
  if (code === UNAUTHORIZED) {
    return raise(
      'RCM_MONGODB_FAILED',
      `MongoDB at ${location} does not allow this user to do that (${message})`,
      'Grant the role that rcm doctor names.',
    );
  }
  if (/MongoParse|MongoInvalidArgument|MongoAPI|MongoMissing/.test(name) || /^Unable to parse/.test(message)) {
    return raise(
      'RCM_URL_INVALID',
      `The MongoDB URI ${location} cannot be used (${message})`,
      'It looks like mongodb://user:password@host:27017/database .',
    );
  }
  if (UNREACHABLE.test(name) || DISCONNECTED.test(message)) {
    return raise(
      'RCM_MONGODB_UNREACHABLE',
      `MongoDB at ${location} cannot be reached (${message})`,
      'Check that the server runs, and that the host, the port and TLS in the MongoDB URI are right.',
    );
  }
  return raise(
    'RCM_MONGODB_FAILED',
    `MongoDB at ${location} failed (${message})`,
    'Look at the server log, or try again.',
  );
}

/** Why a collection could not be read, for people; null when the server as a whole cannot be reached. */
export function unreadReason(error: unknown, collection: string): string | null {
  const code = codeOf(error);
  if (code === UNAUTHORIZED || /not authorized/i.test(messageOf(error)))
    return `not authorized to read collection '${collection}'`;
  if (code === TIME_LIMIT) return `reading collection '${collection}' took too long`;
  if (error instanceof Error && UNREACHABLE.test(error.name)) return null;
  return `collection '${collection}' cannot be read (${redactText(messageOf(error)).slice(0, 200)})`;
}

export function isDriverError(error: unknown): boolean {
  const { MongoError, BSON } = mongoose.mongo;
  return error instanceof MongoError || error instanceof mongoose.Error || error instanceof BSON.BSONError;
}

export function isDuplicateKey(error: unknown): boolean {
  return codeOf(error) === DUPLICATE_KEY;
}

function isAuthentication(code: number, message: string): boolean {
  return code === AUTHENTICATION_FAILED || /authentication failed|bad auth/i.test(message);
}

function codeOf(error: unknown): number {
  return error instanceof Error && 'code' in error ? Number(error.code) : Number.NaN;
}
