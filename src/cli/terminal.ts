import { Chalk, type ChalkInstance } from 'chalk';

/** The width that tables are made for where nobody counts columns: a pipe, a file. */
export const WIDE = 120;

/** What a view needs to know about where it is shown. */
export interface Terminal {
  chalk: ChalkInstance;
  /** Columns that fit; Infinity where nobody counts them (a file, a pipe). */
  width: number;
}

/** Where nothing is known of the reader: no colours, the usual width. */
export const PLAIN: Terminal = { chalk: new Chalk({ level: 0 }), width: 80 };

/**
 * Colours and width for a stream. --color/--no-color win, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal
 * (chalk 5 does not read NO_COLOR by itself).
 */
export function terminalFor(
  stream: NodeJS.WriteStream,
  options: { color: boolean | undefined; toFile: boolean },
): Terminal {
  const env = process.env;
  const level =
    options.toFile || options.color === false ? 0 : (forced(options.color, env) ?? (stream.isTTY ? levelOf(env) : 0));
  const width = options.toFile || !stream.isTTY ? Number.POSITIVE_INFINITY : (stream.columns ?? 80);
  return { chalk: new Chalk({ level }), width };
}

type Level = 0 | 1 | 2 | 3;

function forced(color: boolean | undefined, env: NodeJS.ProcessEnv): Level | undefined {
  if (color === true) return levelOf(env) || 1;
  if (env.NO_COLOR) return 0;
  if (env.FORCE_COLOR === undefined) return undefined;
  return env.FORCE_COLOR === '0' || env.FORCE_COLOR === 'false' ? 0 : levelOf(env) || 1;
}

function levelOf(env: NodeJS.ProcessEnv): Level {
  if (env.TERM === 'dumb') return 0;
  if (env.COLORTERM === 'truecolor' || env.COLORTERM === '24bit') return 3;
  return /256/.test(env.TERM ?? '') ? 2 : 1;
}
