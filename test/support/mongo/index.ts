import { randomUUID } from 'node:crypto';
import { mongo } from 'mongoose';
import { describe, inject } from 'vitest';
import { CLOSED_PORT, type FakeServer, startSilentServer } from '../fake-server.js';
import { withDatabase } from './database-uri.js';
import type { MongoForRun } from './provided.js';

/** A database of its own for one suite. */
export interface TestDatabase {
  uri: string;
  name: string;
  /** Removes it. */
  drop(): Promise<void>;
}

const provided: MongoForRun = inject('mongodb');

/** `describe` for suites that need MongoDB: reported as skipped, with the reason, when this run has none. */
export function describeMongo(title: string, suite: () => void): void {
  if ('skipped' in provided) describe.skip(`${title} (skipped, no MongoDB: ${provided.skipped})`, suite);
  else describe(title, suite);
}

/**
 * A fresh, uniquely named database on this run's MongoDB. Where the run has none it leads nowhere: suites that are
 * skipped are still collected, and may ask for one outside their hooks.
 */
export function mongoForTests(): TestDatabase {
  if ('skipped' in provided) return { uri: REFUSING_MONGO_URI, name: 'rcm', drop: async () => {} };
  const name = `rcm_test_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  const uri = withDatabase(provided.uri, name);
  return { uri, name, drop: () => dropDatabase(uri) };
}

async function dropDatabase(uri: string): Promise<void> {
  const client = new mongo.MongoClient(uri);
  try {
    await client.db().dropDatabase();
  } finally {
    await client.close();
  }
}

/** A URI at which connections are refused at once. */
export const REFUSING_MONGO_URI = `mongodb://127.0.0.1:${CLOSED_PORT}/rcm`;

/** A URI at which connections are accepted and never answered. Stop it afterwards. */
export async function startHangingMongo(): Promise<FakeServer & { uri: string }> {
  const server = await startSilentServer();
  return { ...server, uri: `mongodb://127.0.0.1:${server.port}/rcm` };
}
