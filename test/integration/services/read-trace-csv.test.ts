import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessAt } from '../../../src/core/domain/ttl-model/access-trace.js';
import { readTraceCsv } from '../../../src/core/services/access/read-trace-csv.js';

describe('accesses of a CSV file', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ttl-csv-'));
  });
  afterAll(() => rm(dir, { recursive: true }));
  const read = async (content: string | Buffer) => {
    const file = join(dir, 'trace.csv');
    await writeFile(file, content);
    return readTraceCsv(file, process.stdin);
  };
  const accessesOf = (trace: Awaited<ReturnType<typeof read>>) =>
    Array.from({ length: trace.length }, (_, i) => accessAt(trace, i));

  it('are read whatever the order of columns, the case of operations, and the ends of lines', async () => {
    const rows = [
      '\uFEFFop,extra,Size_Bytes,key,timestamp_ms',
      'GET,x,10,a,1000',
      'hit,,,"b,""c""\n2",1000.5',
      '',
      'Set,,0,a,2e3',
      'delete,,,a,3000',
      'miss,,7,a,3000',
    ];
    expect(accessesOf(await read(rows.join('\r\n')))).toEqual([
      { timestampMs: 1000, key: 'a', op: 'get', sizeBytes: 10 },
      { timestampMs: 1000.5, key: 'b,"c"\n2', op: 'get' },
      { timestampMs: 2000, key: 'a', op: 'set', sizeBytes: 0 },
      { timestampMs: 3000, key: 'a', op: 'delete' },
      { timestampMs: 3000, key: 'a', op: 'get', sizeBytes: 7 },
    ]);
  });

  it('keep keys apart that are not UTF-8', async () => {
    const line = (byte: number) => [Buffer.from('1,'), Buffer.from([byte]), Buffer.from(',get\n')];
    const trace = await read(Buffer.concat([Buffer.from('timestamp_ms,key,op\n'), ...line(0xff), ...line(0xfe)]));
    expect(trace.keyNames).toHaveLength(2);
  });

  it('are read from a stream, however many', async () => {
    const rows = function* () {
      yield 'timestamp_ms,key,op,size_bytes\n';
      for (let i = 0; i < 20_000; i += 1) yield `${i},k${i % 777},get,5\n`;
    };
    const trace = await readTraceCsv('-', Readable.from(rows()));
    expect([trace.length, trace.keyNames.length, trace.gets]).toEqual([20_000, 777, 20_000]);
  });

  const HEADER = 'timestamp_ms,key,op,size_bytes\n';
  it.each([
    ['nothing', '', 'it is empty'],
    ['a header alone', HEADER, 'it has a header but no access'],
    ['no header', '1,a,get,1\n2,a,get,1\n', 'the header lacks timestamp_ms and key and op (it has: 1, a, get, 1)'],
    ['a column twice', 'key,key,op,timestamp_ms\na,a,get,1\n', "the header has the column 'key' twice"],
    [
      'lines that are not sorted',
      `${HEADER}5,a,get,1\n4,b,get,1\n`,
      'line 3: its time 4 is before that of the line above (5): sort the lines by time',
    ],
    ['a cut line', `${HEADER}5,a,get,1\n6,b\n`, 'line 3: it has 2 cells, the header has 4'],
    ['no time', `${HEADER}yesterday,a,get,1\n`, "line 2: the time 'yesterday' is no number of milliseconds"],
    ['an empty time', `${HEADER},a,get,1\n`, "line 2: the time '' is no number of milliseconds"],
    ['an unknown operation', `${HEADER}5,a,expire,1\n`, "line 2: the operation is 'expire', not get, set or delete"],
    [
      'a name that every object has',
      `${HEADER}5,a,constructor,1\n`,
      "line 2: the operation is 'constructor', not get, set or delete",
    ],
    ['a negative size', `${HEADER}5,a,get,-1\n`, "line 2: the size '-1' is no number of bytes"],
    ['a quote that never ends', `${HEADER}5,"a,get,1\n`, 'Quote Not Closed'],
    ['no text', Buffer.from([0, 1, 2, 3, 255]), 'the header lacks'],
  ])('with %s are refused', async (_what, content, message) => {
    await expect(read(content)).rejects.toMatchObject({
      code: 'RCM_TRACE_INVALID',
      message: expect.stringContaining(message),
    });
  });

  it('of a file that is not there are refused', async () => {
    const missing = readTraceCsv(join(dir, 'none.csv'), process.stdin);
    await expect(missing).rejects.toMatchObject({
      code: 'RCM_TRACE_INVALID',
      message: expect.stringContaining('ENOENT'),
    });
    await expect(readTraceCsv(dir, process.stdin)).rejects.toMatchObject({ code: 'RCM_TRACE_INVALID' });
  });
});
