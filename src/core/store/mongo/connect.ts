import mongoose from 'mongoose';
import { redactUrl } from '../../domain/redact.js';
import { isDriverError, mongoError } from './errors.js';

/** Bounds of every wait, in milliseconds. */
export interface MongoTimeouts {
  /** Finding and connecting to a server: 5 s unless told. */
  connectMs?: number;
  /** One operation on the server: 30 s unless told. */
  operationMs?: number;
}

/** An open connection with what its repositories need. */
export interface Mongo {
  connection: mongoose.Connection;
  /** The URI without its password. */
  location: string;
  operationMs: number;
  /** Runs one piece of work; what the driver throws becomes an RcmError, anything else (a caller's, a bug) passes. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Connects, and waits until the server answers.
 * @throws RCM_MONGODB_UNREACHABLE within the time limit; RCM_MONGODB_FAILED for a refused password; RCM_URL_INVALID
 */
export async function connectMongo(uri: string, timeouts: MongoTimeouts = {}): Promise<Mongo> {
  const location = redactUrl(uri);
  const connectMs = timeouts.connectMs ?? 5000;
  const operationMs = timeouts.operationMs ?? 30_000;
  let connection: mongoose.Connection | undefined;
  try {
    connection = mongoose.createConnection();
    await connection.openUri(uri, {
      appName: 'rcm',
      // Indexes are made after a first write that succeeded (indexes.ts), so that a reader needs no right to make any.
      autoIndex: false,
      autoCreate: false,
      bufferCommands: false,
      ignoreUndefined: true,
      serverSelectionTimeoutMS: connectMs,
      connectTimeoutMS: connectMs,
      // The server's own limit must come first, or its answer would be lost.
      socketTimeoutMS: operationMs + connectMs,
    });
  } catch (error) {
    await connection?.destroy().catch(() => undefined);
    throw mongoError(error, location, uri);
  }
  return {
    connection,
    location,
    operationMs,
    run: async (work) => {
      try {
        return await work();
      } catch (error) {
        throw isDriverError(error) ? mongoError(error, location, uri) : error;
      }
    },
  };
}

/** The driver's database: for the platform's own collections, which have no model here. */
export function databaseOf(mongo: Mongo): mongoose.mongo.Db {
  const db = mongo.connection.db;
  if (!db) throw new mongoose.mongo.MongoNotConnectedError('the connection is closed');
  return db;
}
