import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TtlOp } from '../../domain/ttl-model/access.js';
import { type AccessTrace, TraceBuilder } from '../../domain/ttl-model/access-trace.js';
import { messageOf, RcmError } from '../../errors.js';

const OPS = new Map<string, TtlOp>([
  ['get', 'get'],
  ['hit', 'get'],
  ['miss', 'get'],
  ['set', 'set'],
  ['delete', 'delete'],
  ['clear', 'clear'],
]);
const NEEDED = ['timestamp_ms', 'key', 'op'] as const;
const SIZE = 'size_bytes';

/**
 * Reads accesses from CSV as it comes, however long it is: a header with `timestamp_ms`, `key`, `op` (get, hit, miss, set, delete,
 * clear) and, where sizes are known, `size_bytes`, in any order; other columns are ignored. Keys are told apart byte by byte.
 * @param file `-` is `stdin`
 * @throws RCM_TRACE_INVALID naming the line for what is damaged or out of order; when there is no access; when it cannot be read
 */
export async function readTraceCsv(file: string, stdin: Readable, signal?: AbortSignal): Promise<AccessTrace> {
  const { parse } = await import('csv-parse');
  const reader = new LineReader(file);
  // Each record is used as it comes, and none is handed on.
  const parser = parse({
    bom: true,
    encoding: 'latin1',
    relax_column_count: true,
    skip_empty_lines: true,
    on_record: (record: string[], { lines }: { lines: number }) => {
      reader.take(record, lines);
      return null;
    },
  });
  parser.resume();
  try {
    await pipeline(file === '-' ? stdin : createReadStream(file), parser, signal ? { signal } : {});
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw error instanceof RcmError ? error : traceInvalid(file, messageOf(error));
  }
  return reader.finish();
}

class LineReader {
  readonly #builder = new TraceBuilder();
  #header: { time: number; key: number; op: number; size: number; cells: number } | null = null;
  #before = Number.NEGATIVE_INFINITY;

  constructor(private readonly file: string) {}

  take(record: readonly string[], line: number): void {
    if (this.#header === null) {
      this.#header = this.#headerOf(record);
      return;
    }
    const { time, key, op, size, cells } = this.#header;
    if (record.length !== cells) throw this.#wrong(line, `it has ${record.length} cells, the header has ${cells}`);
    const opText = record[op] as string;
    const known = OPS.get(opText) ?? OPS.get(opText.trim().toLowerCase());
    if (known === undefined) throw this.#wrong(line, `the operation is '${opText}', not get, set or delete`);
    const timestampMs = numberIn(record[time] as string);
    if (timestampMs === null) throw this.#wrong(line, `the time '${record[time]}' is no number of milliseconds`);
    if (timestampMs < this.#before)
      throw this.#wrong(
        line,
        `its time ${timestampMs} is before that of the line above (${this.#before}): sort the lines by time`,
      );
    const sizeText = size < 0 ? '' : (record[size] as string);
    const sizeBytes = sizeText === '' ? undefined : numberIn(sizeText);
    if (sizeBytes === null || (sizeBytes !== undefined && sizeBytes < 0))
      throw this.#wrong(line, `the size '${sizeText}' is no number of bytes`);
    this.#before = timestampMs;
    this.#builder.add({ timestampMs, key: record[key] as string, op: known, sizeBytes });
  }

  finish(): AccessTrace {
    if (this.#header === null) throw traceInvalid(this.file, 'it is empty');
    if (this.#builder.length === 0) throw traceInvalid(this.file, 'it has a header but no access');
    return this.#builder.build();
  }

  #headerOf(record: readonly string[]) {
    const names = record.map((name) => name.trim().toLowerCase());
    const missing = NEEDED.filter((name) => !names.includes(name));
    if (missing.length > 0)
      throw traceInvalid(
        this.file,
        `the header lacks ${missing.join(' and ')} (it has: ${names.slice(0, 10).join(', ')})`,
      );
    const twice = [...NEEDED, SIZE].find((name) => names.indexOf(name) !== names.lastIndexOf(name));
    if (twice !== undefined) throw traceInvalid(this.file, `the header has the column '${twice}' twice`);
    const [time, key, op] = NEEDED.map((name) => names.indexOf(name)) as [number, number, number];
    return { time, key, op, size: names.indexOf(SIZE), cells: names.length };
  }

  #wrong(line: number, why: string): RcmError {
    return traceInvalid(this.file, `line ${line}: ${why}`);
  }
}

function numberIn(text: string): number | null {
  const value = Number(text);
  return Number.isFinite(value) && text.trim() !== '' ? value : null;
}

function traceInvalid(file: string, why: string): RcmError {
  return new RcmError(
    'RCM_TRACE_INVALID',
    `Cannot read accesses from ${file === '-' ? 'standard input' : file}: ${why.replace(/\p{Cc}/gu, '?')}`,
    'Expected: timestamp_ms,key,op,size_bytes with a header line, oldest first; op is get, set or delete.',
  );
}
