import { join } from 'node:path';
import { execa } from 'execa';
import getPort from 'get-port';
import type { RunningMongo } from '../start.js';
import { SPOKEN_VERSION } from './commands.js';
import { startGateway } from './gateway.js';

const PORT_TAKEN = 75;
const PORT_TRIES = 5;

/**
 * The fallback where there is no MongoDB: the DocumentDB engine, shared with other runs on this machine, and a gateway
 * of our own in front of it. @throws Error when this is not Debian, or not root, or the engine does not start
 */
export async function startDocumentDb(): Promise<RunningMongo> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Error('the DocumentDB fallback needs root on Debian');
  const gateway = await startGateway(await acquire());
  return {
    kind: 'documentdb',
    uri: gateway.uri,
    version: `DocumentDB engine, speaks MongoDB ${SPOKEN_VERSION}`,
    async stop() {
      await gateway.stop();
      await server('release', String(process.pid));
    },
  };
}

/** The port of the engine, which is started when it does not run. */
async function acquire(): Promise<number> {
  for (let tries = 1; ; tries++) {
    const result = await server('acquire', String(process.pid), String(await getPort()));
    if (result.exitCode === 0) return Number(result.stdout);
    if (result.exitCode !== PORT_TAKEN || tries === PORT_TRIES) throw new Error(result.stderr.trim());
  }
}

function server(...args: string[]) {
  return execa(join(import.meta.dirname, 'server.sh'), args, {
    reject: false,
    stdin: 'ignore',
    // Shown as it comes, because the first start takes half a minute; PostgreSQL inherits neither.
    stderr: ['pipe', 'inherit'],
  });
}
