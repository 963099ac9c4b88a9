import { join } from 'node:path';
import { execa } from 'execa';
import { tempDir } from './temp-dir.js';
import { waitUntil } from './wait-until.js';

const launcher = join(import.meta.dirname, '../../bin/run.js');

export interface CliOptions {
  /** Added to an environment that holds PATH, TZ=UTC and empty home folders: nothing else is inherited. */
  env?: Record<string, string>;
  /** Standard input: nothing unless given. */
  input?: string | Buffer;
  /** A fresh empty folder unless given. */
  cwd?: string;
  /** On a terminal of this size (Linux): stdout then holds all that was shown, with \r\n, and stderr is empty. */
  tty?: { columns: number; rows: number };
  /** Milliseconds; the process is killed then, and `exitCode` is null. 50 s unless given. */
  timeout?: number;
  /** Ends the run: SIGTERM, or what is given. */
  cancelSignal?: AbortSignal;
  killSignal?: NodeJS.Signals;
}

export interface CliResult {
  /** Null when a signal ended it. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** As printed, last newline included. */
  stdout: string;
  stderr: string;
  /** stdout as JSON. @throws Error that shows all of the output when it is none */
  json<T = Record<string, unknown>>(): T;
}

/** Runs the built command, as a user without any settings would, and waits for its end. Never rejects. */
export async function rcm(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { env, cwd, input, tty, timeout = 50_000, cancelSignal, killSignal } = options;
  const command = [process.execPath, launcher, ...args];
  const [file = '', ...words] = tty ? onTerminal(command, tty) : command;
  const result = await execa(file, words, {
    cwd: cwd ?? (await tempDir('cwd')),
    env: { ...(await cleanEnvironment()), ...env },
    extendEnv: false,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    ...(cancelSignal ? { cancelSignal } : {}),
    ...(killSignal ? { killSignal } : {}),
    timeout,
    reject: false,
    stripFinalNewline: false,
  });
  const { stdout, stderr, exitCode = null } = result;
  return {
    exitCode,
    signal: result.signal ?? null,
    stdout,
    stderr,
    json<T>(): T {
      try {
        return JSON.parse(stdout) as T;
      } catch (cause) {
        throw new Error(`Not JSON (exit code ${exitCode}):\n${stdout}\n--- stderr ---\n${stderr}`, { cause });
      }
    },
  };
}

/** A command on a terminal that is answered while it runs. */
export interface TerminalRun {
  /** Waits until the text was shown. */
  shows(text: string): Promise<void>;
  answer(text: string): void;
  /** All that was shown, and the exit code. */
  ended: Promise<{ stdout: string; exitCode: number | null }>;
}

/** Starts the built command on a terminal, to be answered (Linux). */
export async function rcmOnTerminal(
  args: readonly string[],
  { env, tty = { columns: 80, rows: 24 } }: Pick<CliOptions, 'env' | 'tty'> = {},
): Promise<TerminalRun> {
  const [file = '', ...words] = onTerminal([process.execPath, launcher, ...args], tty);
  const child = execa(file, words, {
    cwd: await tempDir('cwd'),
    env: { ...(await cleanEnvironment()), ...env },
    extendEnv: false,
    stdin: 'pipe',
    timeout: 50_000,
    reject: false,
    stripFinalNewline: false,
  });
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
  });
  return {
    shows: (text) => waitUntil(`'${text}' is shown`, () => shown.includes(text)),
    answer: (text) => void child.stdin.write(text),
    ended: child.then(({ stdout, exitCode = null }) => ({ stdout, exitCode })),
  };
}

/** The command run by script(1), which gives it a terminal. */
function onTerminal(command: string[], size: { columns: number; rows: number }): string[] {
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const sized = `stty cols ${size.columns} rows ${size.rows}; exec ${quoted}`;
  return ['script', '--quiet', '--return', '--command', sized, '/dev/null'];
}

/** What a fresh account has: no settings, no state, no colours asked for. Run several commands with one to share its state. */
export async function cleanEnvironment(): Promise<Record<string, string>> {
  const home = await tempDir('home');
  return {
    PATH: process.env.PATH ?? '',
    TERM: 'xterm-256color',
    TZ: 'UTC',
    LANG: 'C.UTF-8',
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_STATE_HOME: join(home, '.local/state'),
    XDG_DATA_HOME: join(home, '.local/share'),
    XDG_CACHE_HOME: join(home, '.cache'),
    TMPDIR: await tempDir('tmp'),
  };
}
