import { toJson } from './output.js';

/** What is told of an error. */
export interface Told {
  code: string;
  message: string;
  hint: string;
  exitCode: number;
}

/** Sets the exit code and prints: one line on stderr, or with --json an object on stdout (DESIGN §7). */
export function writeError({ code, message, hint, exitCode }: Told, argv: readonly string[]): void {
  process.exitCode = exitCode;
  if (formatAsked(argv) === 'json') {
    process.stdout.write(`${toJson({ error: { code, message, hint, exitCode } })}\n`);
    return;
  }
  process.stderr.write(`${errorLine(message, hint)}\n`);
}

/** What happened and what to do next, as one line. */
export function errorLine(message: string, hint: string): string {
  const line = message.replace(/\s*\n\s*/g, ' ');
  return `Error: ${line}${/[.!?]$/.test(line) ? '' : '.'} ${hint}`;
}

/** The format in the raw words, because what failed may be the parsing of them. */
export function formatAsked(argv: readonly string[]): string | undefined {
  const asked = argv.flatMap((word, i) => {
    if (word === '--json') return ['json'];
    if (word === '--format') return argv[i + 1] ?? [];
    return word.startsWith('--format=') ? [word.slice('--format='.length)] : [];
  });
  return asked.includes('json') ? 'json' : asked[0];
}
