import { createInterface } from 'node:readline/promises';
import { RcmError } from '../core/errors.js';

/** Whether there is somebody to ask. Questions go to stderr: stdout may be piped. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Asks yes or no; only yes goes on. @throws RCM_NOT_CONFIRMED; the signal's reason on Ctrl-C */
export async function confirm(question: string, signal: AbortSignal): Promise<void> {
  const answer = await ask(`${question} [y/N] `, signal);
  if (!/^y(es)?$/i.test(answer.trim())) throw notConfirmed('Not confirmed', 'Nothing was changed.');
}

/** Asks to type a number, so that nobody confirms by habit. @throws RCM_NOT_CONFIRMED; the signal's reason on Ctrl-C */
export async function confirmNumber(question: string, expected: number, signal: AbortSignal): Promise<void> {
  const answer = (await ask(`${question} `, signal)).trim().replaceAll(',', '');
  if (answer !== String(expected)) throw notConfirmed(`'${answer}' is not ${expected}`, 'Nothing was changed.');
}

/** What a change without a terminal and without --yes is told. */
export function notConfirmed(message: string, hint: string): RcmError {
  return new RcmError('RCM_NOT_CONFIRMED', message, hint);
}

async function ask(question: string, signal: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // A terminal in raw mode sends Ctrl-C as a character: it must end the command as the signal does.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const ended = new Promise<never>((_, reject) => {
    terminal.once('close', () => reject(notConfirmed('Not confirmed: the input ended', 'Nothing was changed.')));
  });
  try {
    return await Promise.race([terminal.question(question, { signal }), ended]);
  } finally {
    ended.catch(() => undefined);
    terminal.close();
  }
}
