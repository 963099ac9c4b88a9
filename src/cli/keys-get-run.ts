import { getKey } from '../core/services/keys/get.js';
import { getRaw } from '../core/services/keys/get-raw.js';
import type { KeysGetReport } from '../core/services/keys/get-report.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import { keyOf } from './key-words.js';
import { rawOutput } from './raw-output.js';
import { printList } from './table/print-list.js';
import { terminalFor } from './terminal.js';
import { elementColumns, elementRows, keyMarkdown, keyText } from './views/keys-get.js';

interface KeysGetFlags {
  limit: number;
  cursor?: string | undefined;
  offset?: number | undefined;
  length?: number | undefined;
  reveal: boolean;
  output?: string | undefined;
  color?: boolean | undefined;
}

/** One run of `keys get`. */
export class KeysGetRun {
  constructor(
    private readonly context: Context,
    private readonly flags: KeysGetFlags,
  ) {}

  /** @throws RCM_USAGE before a server is asked; what the service throws */
  async run(word: string, format: Format): Promise<{ report: KeysGetReport; text: string }> {
    const key = keyOf(word);
    const { limit, cursor, offset, length, reveal, color, output } = this.flags;
    const ports = await this.context.ports();
    const report = await getKey(ports, { key, limit, cursor, offset, length, reveal });
    const terminal = terminalFor(process.stdout, { color, toFile: output !== undefined });
    if (format === 'table') return { report, text: keyText(report, terminal) };
    if (format === 'markdown') return { report, text: keyMarkdown(report) };
    const columns = elementColumns(report);
    const rows = elementRows(report);
    if (format !== 'ndjson')
      return { report, text: printList({ report, rows, columns, asked: undefined, empty: '' }, format, terminal) };
    const named = rows.map((row) => JSON.stringify(Object.fromEntries(columns.map((c) => [c.name, c.value(row)]))));
    return { report, text: named.join('\n') };
  }

  /** The exact bytes, to where they are wanted. @throws as `run` does */
  async raw(word: string): Promise<void> {
    const key = keyOf(word);
    const ports = await this.context.ports();
    const output = await rawOutput(this.flags.output);
    let whole = false;
    try {
      await getRaw(ports, { key, reveal: this.flags.reveal }, (bytes) => output.write(bytes));
      whole = true;
    } finally {
      await output.end(whole);
    }
  }
}
