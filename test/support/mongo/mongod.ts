import { mongo } from 'mongoose';
import { startServer } from '../server-process.js';
import type { RunningMongo } from './start.js';

const CONNECT_LIMIT_MS = 10_000;

/** Starts a mongod on a free port, its data in a folder that goes with it. */
export async function startMongod(binary: string): Promise<Omit<RunningMongo, 'kind'>> {
  const server = await startServer({
    command: binary,
    args: (port, dir) => ['--dbpath', dir, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'],
    ready: /Waiting for connections/,
    portTaken: /Address already in use/,
  });
  const uri = `mongodb://127.0.0.1:${server.port}`;
  return { uri, version: `MongoDB ${await serverVersion(uri)}`, stop: () => server.stop() };
}

/** What a server says its version is. @throws Error without the URI's password when it cannot be reached in 10 s */
export async function serverVersion(uri: string): Promise<string> {
  const client = new mongo.MongoClient(uri, { serverSelectionTimeoutMS: CONNECT_LIMIT_MS });
  try {
    return String((await client.db('admin').command({ buildInfo: 1 })).version);
  } catch (error) {
    const hosts = uri.replace(/^[^/]*\/\/(?:.*@)?/, '').replace(/[/?].*$/, '');
    throw new Error(`MongoDB at ${hosts} cannot be used: ${error instanceof Error ? error.message : error}`);
  } finally {
    await client.close();
  }
}
