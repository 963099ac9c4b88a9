import { Command } from '@oclif/core/command';
import { redactText } from '../core/domain/redact.js';
import { EXIT, messageOf, RcmError } from '../core/errors.js';
import { Context } from './context.js';
import { type Told, writeError } from './error-output.js';
import { globalFlags } from './flags.js';
import { usageError } from './usage-error.js';

/** What every command has in common: global flags, errors as DESIGN §7 wants them, interruption. */
export abstract class BaseCommand extends Command {
  static override baseFlags = globalFlags;

  /** Runs `work` with a context that is closed afterwards, and stops it on Ctrl-C or SIGTERM. */
  protected async withContext(
    flags: Record<string, unknown>,
    work: (context: Context) => Promise<void>,
  ): Promise<void> {
    const controller = new AbortController();
    const stop = (signal: NodeJS.Signals) => {
      const reason = new Interrupted(signal);
      // Asked twice: whatever closing waits for is not worth waiting for.
      if (controller.signal.aborted) process.exit(reason.exitCode);
      controller.abort(reason);
    };
    // Not `once`: libraries that restore the terminal end the process where they see no listener but their own.
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    let context: Context | undefined;
    try {
      context = new Context(flags, controller.signal);
      await work(context);
    } catch (error) {
      throw controller.signal.aborted ? controller.signal.reason : error;
    } finally {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      await context?.close();
    }
  }

  /** Warnings are talk: they go to stderr, and into the report itself. */
  protected tell(warnings: readonly string[]): void {
    for (const warning of warnings) process.stderr.write(`Warning: ${warning}\n`);
  }

  protected override async catch(error: Error & { code?: string; oclif?: { exit?: number } }): Promise<void> {
    if (error.code === 'EEXIT') throw error; // --help and --version end this way
    const known = error instanceof RcmError ? error : usageError(error, this.words, Object.keys(this.ctor.flags));
    const { code, exitCode, hint } = known ?? {
      code: 'RCM_UNEXPECTED',
      exitCode: EXIT.bug,
      hint: 'This is a bug: please report it, with RCM_DEBUG=1 in the environment for more.',
    };
    const message = redactText(known?.message ?? messageOf(error));
    if (error instanceof Interrupted) await this.tellInterrupted(error);
    else await this.tellError({ code, message, hint, exitCode });
    if (process.env.RCM_DEBUG && error.stack) process.stderr.write(`${redactText(error.stack)}\n`);
  }

  /** The command as it is typed. */
  private get words(): string {
    return (this.id ?? '').replaceAll(':', ' ');
  }

  /** Prints an error and sets the exit code; a command whose formats have a way to say it does more. */
  protected async tellError(told: Told): Promise<void> {
    writeError(told, this.argv);
  }

  protected async tellInterrupted({ exitCode, message }: Interrupted): Promise<void> {
    process.exitCode = exitCode;
    process.stderr.write(`${message}\n`);
  }
}

/** Ctrl-C or SIGTERM. */
export class Interrupted extends Error {
  readonly exitCode: number;
  constructor(signal: NodeJS.Signals) {
    super('Interrupted: nothing was changed.');
    this.exitCode = signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
  }
}
