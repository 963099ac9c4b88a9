import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { RcmError } from '../core/errors.js';

/** A Redis that lives no longer than this process, in a temporary folder that goes with it. */
export interface DemoServer {
  url: string;
  /** For whatever else must not be left behind. */
  folder: string;
  /** Ends the server and removes the folder; may be called again. */
  stop(): Promise<void>;
}

// The server runs under a shell whose input closes when this process ends, in whatever way (SIGKILL included): then it
// kills the server and removes the folder (its own output has no reader then: hence PIPE). Away from the terminal's
// process group, so that Ctrl-C reaches us alone.
const KEEPER = `
trap '' INT TERM HUP PIPE
folder=$1; shift
exec 3<&0
"$@" </dev/null 3<&- & server=$!
{ cat <&3; kill -9 "$server"; } >/dev/null 2>&1 & keeper=$!
wait "$server"
kill -9 "$keeper" 2>/dev/null
rm -rf "$folder"
`;

const START_LIMIT_MS = 10_000;
const PORT_TRIES = 5;

/**
 * Starts redis-server (or valkey-server) from PATH on a free port of 127.0.0.1, without persistence.
 * @throws RCM_DEMO_UNAVAILABLE when there is none, or it does not start
 */
export async function startDemoServer(path = process.env.PATH ?? ''): Promise<DemoServer> {
  const program = onPath('redis-server', path) ?? onPath('valkey-server', path);
  if (program === null)
    throw new RcmError(
      'RCM_DEMO_UNAVAILABLE',
      'The demo runs a Redis of its own, and neither redis-server nor valkey-server is on PATH',
      'Install one: ./scripts/setup.sh in a clone; apt install redis-server; dnf install valkey; brew install redis.',
    );
  let output = '';
  for (let tries = 0; tries < PORT_TRIES; tries++) {
    const started = await startOn(program, await freePort());
    if (typeof started !== 'string') return started;
    output = started;
    // Another process may have taken the port in between; nothing else gets better by trying again.
    if (!/Address already in use|Failed listening/i.test(output)) break;
  }
  const last = output.trim().split('\n').at(-1) ?? '';
  throw new RcmError(
    'RCM_DEMO_UNAVAILABLE',
    `${program} did not start${last === '' ? '' : `: ${last}`}`,
    `Try it by hand: ${program} --port 0`,
  );
}

/** The server, or what it printed instead of becoming ready. */
async function startOn(program: string, port: number): Promise<DemoServer | string> {
  const folder = await mkdtemp(join(tmpdir(), 'rcm-demo-'));
  const words = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder];
  const limits = ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'];
  const child = spawn('sh', ['-c', KEEPER, 'rcm-demo', folder, program, ...words, ...limits], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined); // the shell was killed: its end is waited for below
  let output = '';
  const ended = once(child, 'close').then(
    () => undefined,
    (error: Error) => {
      output += error.message;
    },
  );
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  if (await becomesReady()) return { url: `redis://127.0.0.1:${port}`, folder, stop };
  await stop();
  return output;

  function becomesReady(): Promise<boolean> {
    return new Promise((resolve) => {
      const onData = (chunk: Buffer): void => {
        output += chunk.toString();
        if (/Ready to accept connections/i.test(output)) resolve(true);
      };
      child.stdout.on('data', onData);
      child.stderr.on('data', onData);
      void ended.then(() => resolve(false));
      setTimeout(() => resolve(false), START_LIMIT_MS).unref();
    });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function onPath(program: string, path: string): string | null {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not there, or not to be run.
    }
  }
  return null;
}
