import { formatBytes } from '../core/domain/format.js';
import { RcmError } from '../core/errors.js';
import { deleteKeys, previewDelete } from '../core/services/keys/delete.js';
import type { KeysDeleteReport } from '../core/services/keys/delete-report.js';
import { keysOfCompanies, lookUp, type NamedKeys } from '../core/services/keys/named-keys.js';
import type { Ports } from '../core/services/ports.js';
import { actorOf } from './actor.js';
import { ChangeOutput } from './change-output.js';
import { confirm } from './confirm.js';
import type { Context } from './context.js';
import { keyOf, keysInFile } from './key-words.js';
import { removedSoFar } from './views/clear.js';
import { deletePreviewText, deleteText } from './views/keys-delete.js';

interface KeysDeleteFlags {
  json: boolean;
  format?: 'table' | 'json' | undefined;
  color?: boolean | undefined;
  'from-file'?: string | undefined;
  backup?: string | undefined;
  'allow-slow'?: boolean | undefined;
  'max-rate'?: number | undefined;
  'dry-run': boolean;
  yes: boolean;
  reason?: string | undefined;
  actor?: string | undefined;
}

/** One run of `keys delete`: which keys are meant, what they are, whether that is wanted, and then they go. */
export class KeysDeleteRun {
  readonly #output: ChangeOutput;

  constructor(
    private readonly context: Context,
    private readonly flags: KeysDeleteFlags,
  ) {
    this.#output = new ChangeOutput(context, flags);
  }

  /** @throws RCM_USAGE, RCM_NOT_CONFIRMED before a server is asked; what the services throw */
  async run(words: readonly string[]): Promise<void> {
    const { flags } = this;
    this.#output.assertCanConfirm();
    const file = flags['from-file'];
    const keys = [...words.map(keyOf), ...(file === undefined ? [] : await keysInFile(file))];
    if (keys.length === 0) throw new RcmError('RCM_USAGE', 'Which keys?', 'See --help.');
    const ports = await this.context.ports();
    if (ports.store instanceof RcmError) throw ports.store;
    const named = await lookUp(ports, keysOfCompanies(ports, keys));
    if (flags['dry-run'] || !flags.yes) {
      const preview = await previewDelete(ports, named);
      if (flags['dry-run']) return this.#output.print(preview, deleteText);
      await this.#confirm(preview);
    }
    this.#output.finish(await this.#remove(ports, named), deleteText, removedSoFar);
  }

  async #confirm(preview: KeysDeleteReport): Promise<void> {
    const { backup } = this.flags;
    const { clearedKeys, freedBytes } = preview;
    this.#output.talk((terminal) => deletePreviewText(preview, terminal));
    const what = `${clearedKeys.toLocaleString('en-US')} ${clearedKeys === 1 ? 'key' : 'keys'}, ${formatBytes(freedBytes)}`;
    const saved = backup === undefined ? ' There is no backup.' : ` Saved to ${backup} first.`;
    await confirm(`Delete ${what}?${saved}`, this.context.signal);
  }

  async #remove(ports: Ports, keys: NamedKeys): Promise<KeysDeleteReport> {
    const { flags } = this;
    const progress = this.#output.progress('Deleting keys');
    const began = performance.now();
    return deleteKeys(
      ports,
      {
        keys,
        actor: actorOf(flags.actor),
        reason: flags.reason ?? null,
        backup: flags.backup,
        allowSlow: flags['allow-slow'] ?? false,
        maxRate: flags['max-rate'],
        unlogged: this.#output.unlogged(ports),
      },
      ({ keys: done }) =>
        progress.port.onProgress?.({ keys: done, total: keys.there.length, elapsedMs: performance.now() - began }),
    ).finally(progress.done);
  }
}
