import { EXIT, RcmError } from '../core/errors.js';
import { unloggedFile } from '../core/services/acts/unlogged.js';
import type { Ports } from '../core/services/ports.js';
import { Interrupted } from './base-command.js';
import { isInteractive, notConfirmed } from './confirm.js';
import type { Context } from './context.js';
import { errorLine } from './error-output.js';
import { toJson, writeResult } from './output.js';
import { scanProgress } from './progress.js';
import { type Terminal, terminalFor } from './terminal.js';

interface ChangeFlags {
  json: boolean;
  format?: 'table' | 'json' | undefined;
  color?: boolean | undefined;
  yes: boolean;
  'dry-run': boolean;
}

/** What a report of a change tells, whatever was changed. */
interface ChangeReport {
  stoppedBy: 'interrupt' | 'error' | null;
  error: { message: string; hint: string; exitCode: number } | null;
  warnings: string[];
}

/** How commands that change something ask, show progress, and tell what they did. */
export class ChangeOutput {
  readonly #json: boolean;

  constructor(
    private readonly context: Context,
    private readonly flags: ChangeFlags,
  ) {
    this.#json = flags.json || flags.format === 'json';
  }

  /** Before a server is asked. @param confirmed by another flag than --yes @throws RCM_NOT_CONFIRMED */
  assertCanConfirm(confirmed = false): void {
    if (this.flags.yes || this.flags['dry-run'] || confirmed || isInteractive()) return;
    throw notConfirmed('There is no terminal to ask on', 'Look with --dry-run, then give --yes. Nothing was changed.');
  }

  /** A line on a terminal while it works. */
  progress(doing: string): { port: Pick<Ports, 'onProgress'>; done: () => void } {
    const { onProgress, done } = scanProgress(process.stderr, doing);
    return { port: onProgress ? { onProgress } : {}, done };
  }

  /** Talk before a question. */
  talk(text: (terminal: Terminal) => string): void {
    const terminal = terminalFor(process.stderr, { color: this.flags.color, toFile: false });
    process.stderr.write(`${text(terminal)}\n\n`);
  }

  /** Where the outcome is kept when the store cannot be written any more. */
  unlogged({ store }: Ports): string {
    const location = store instanceof RcmError ? '' : store.location;
    return unloggedFile(this.context.loaded.stateFile, location);
  }

  print<R extends ChangeReport>(report: R, view: (report: R, terminal: Terminal) => string): void {
    const terminal = terminalFor(process.stdout, { color: this.flags.color, toFile: false });
    writeResult(this.#json ? toJson(report) : view(report, terminal), undefined);
    for (const warning of report.warnings) process.stderr.write(`Warning: ${warning}\n`);
  }

  /** The report, what went wrong on stderr (in JSON it is in the report), and the exit code. @param done what was done so far, for who interrupts */
  finish<R extends ChangeReport>(
    report: R,
    view: (report: R, terminal: Terminal) => string,
    done: (report: R) => string,
  ): void {
    const { reason } = this.context.signal;
    const interrupted = report.stoppedBy === 'interrupt';
    if (!interrupted || this.#json) this.print(report, view);
    if (interrupted) process.stderr.write(`Interrupted: ${done(report)}\n`);
    const { error } = report;
    if (error && !this.#json) process.stderr.write(`${errorLine(error.message, error.hint)}\n`);
    process.exitCode = interrupted
      ? reason instanceof Interrupted
        ? reason.exitCode
        : EXIT.interrupted
      : (error?.exitCode ?? EXIT.ok);
  }
}
