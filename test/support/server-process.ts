import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { dieWithUs, tempDir } from './temp-dir.js';

/** A server of our own, on 127.0.0.1. */
export interface ServerProcess {
  readonly port: number;
  readonly pid: number;
  /** Its own folder. */
  readonly dir: string;
  /** What it printed so far. */
  log(): string;
  /** Ends it at once and removes its folder; may be called again. */
  stop(): Promise<void>;
  /** Ends it at once (SIGKILL) and keeps the folder, as a crash would. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing is answered. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
}

export interface ServerSpec {
  command: string;
  /** Arguments for a port and the server's own folder. May write files there. */
  args(port: number, dir: string): string[] | Promise<string[]>;
  /** What it prints once it can be used. */
  ready: RegExp;
  /** What it prints when the port is taken by somebody else: another is tried. */
  portTaken: RegExp;
  /** This port and no other. */
  port?: number;
}

const START_LIMIT_MS = 30_000;
const PORT_TRIES = 20;

/**
 * A port to try. Below the kernel's ephemeral range, so that no outgoing connection takes it, and below 22768, so that
 * a Redis cluster bus (port + 10000) is too. Whether it is free is found out by starting there: no other way is
 * without a race between parallel workers.
 */
function candidatePort(): number {
  return 10_000 + Math.floor(Math.random() * 12_000);
}

/** Starts a server and waits until it can be used. @throws Error with its output when it ends or is not ready in 30 s */
export async function startServer(spec: ServerSpec): Promise<ServerProcess> {
  for (let tries = 1; ; tries++) {
    const started = await startOn(spec, spec.port ?? candidatePort());
    if (typeof started !== 'string') return started;
    if (spec.port !== undefined || tries === PORT_TRIES || !spec.portTaken.test(started)) {
      throw new Error(`${spec.command} did not start:\n${started}`);
    }
  }
}

/** The server, or what it printed instead of becoming ready. */
async function startOn(spec: ServerSpec, port: number): Promise<ServerProcess | string> {
  const dir = await tempDir('server');
  const args = await spec.args(port, dir);
  const child = spawn(spec.command, args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const exited = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      output += `${error.message}\n`;
      resolve();
    });
    child.once('close', () => resolve());
  });
  const ready = new Promise<boolean>((resolve) => {
    const onData = (chunk: Buffer): void => {
      output += chunk.toString();
      if (spec.ready.test(output)) resolve(true);
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    void exited.then(() => resolve(false));
    setTimeout(() => resolve(false), START_LIMIT_MS).unref();
  });
  const forget = child.pid === undefined ? () => {} : dieWithUs(child.pid);
  void exited.then(forget);

  const kill = async (): Promise<void> => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  const stop = async (): Promise<void> => {
    await kill();
    await rm(dir, { recursive: true, force: true });
  };
  if (!(await ready)) {
    await stop();
    return output;
  }
  return {
    port,
    pid: child.pid as number,
    dir,
    log: () => output,
    stop,
    kill,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  };
}
