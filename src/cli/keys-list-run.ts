import { parseBytes } from '../core/domain/format.js';
import { KEY_ORDERS, type KeyOrderName } from '../core/domain/key-order.js';
import { RcmError } from '../core/errors.js';
import { assertIsKnown } from '../core/services/company/candidates.js';
import { resolveCompany } from '../core/services/company/resolve.js';
import { type KeysListRequest, listKeys } from '../core/services/keys/list.js';
import type { KeysListReport, KeysPage } from '../core/services/keys/list-report.js';
import type { Ports } from '../core/services/ports.js';
import type { Context } from './context.js';
import type { Format } from './flags.js';
import { toJson } from './output.js';
import { scanProgress } from './progress.js';
import { printList } from './table/print-list.js';
import { assertColumnsFit, rowTest, selectColumns } from './table/select.js';
import { terminalFor } from './terminal.js';
import { KEY_COLUMNS, keptText, noKeys } from './views/keys-list.js';

interface KeysListFlags {
  match?: string | undefined;
  type?: string | undefined;
  'min-size'?: string | undefined;
  'no-ttl': boolean;
  'from-snapshot': boolean;
  limit: number;
  cursor?: string | undefined;
  sort?: string | undefined;
  filter?: string[] | undefined;
  columns?: string | undefined;
  output?: string | undefined;
  color?: boolean | undefined;
}

/** One run of `keys list`. */
export class KeysListRun {
  constructor(
    private readonly context: Context,
    private readonly flags: KeysListFlags,
  ) {}

  /** @throws RCM_USAGE before a server is asked; what the service throws */
  async run(company: string, format: Format): Promise<{ report: KeysListReport; text: string }> {
    if (this.flags['from-snapshot']) return this.#kept(company, format);
    const wanted = this.#wanted(format);
    const ports = await this.context.ports();
    const report = await this.#read(ports, { ...wanted, company: await companyOf(ports, company) });
    const { columns, color, output } = this.flags;
    const terminal = terminalFor(process.stdout, { color, toFile: output !== undefined });
    const list = { report, rows: report.keys, columns: KEY_COLUMNS, asked: columns, empty: noKeys(report) };
    return { report, text: printList(list, format, terminal) };
  }

  async #kept(company: string, format: Format): Promise<{ report: KeysListReport; text: string }> {
    if (format !== 'table' && format !== 'json')
      throw new RcmError(
        'RCM_USAGE',
        `--format ${format} prints keys, and a snapshot holds no names of keys`,
        'Take --format json, or leave out --from-snapshot.',
      );
    const { keysFromSnapshot } = await import('../core/services/keys/from-snapshot.js');
    const report = await keysFromSnapshot(await this.context.store(), new Date(), company);
    return { report, text: format === 'json' ? toJson(report) : keptText(report) };
  }

  async #read(ports: Ports, request: KeysListRequest): Promise<KeysPage> {
    const { onProgress, done } = scanProgress(process.stderr);
    return listKeys(onProgress ? { ...ports, onProgress } : ports, request).finally(done);
  }

  #wanted(format: Format): Omit<KeysListRequest, 'company'> {
    const { flags } = this;
    assertColumnsFit(format, flags.columns);
    selectColumns(KEY_COLUMNS, flags.columns, 0);
    const minBytes = flags['min-size'] === undefined ? undefined : parseBytes(flags['min-size']);
    if (minBytes === null)
      throw new RcmError('RCM_USAGE', `--min-size '${flags['min-size']}' is no size`, 'Examples: 2000, 100KB, 1.5MB.');
    return {
      match: flags.match,
      type: flags.type,
      minBytes,
      noTtl: flags['no-ttl'],
      keep: flags.filter && { test: rowTest(KEY_COLUMNS, flags.filter), name: JSON.stringify(flags.filter) },
      limit: flags.limit,
      cursor: flags.cursor,
      sort: flags.sort === undefined ? undefined : orderOf(flags.sort),
    };
  }
}

function orderOf(sort: string): { by: KeyOrderName; descending: boolean } {
  const name = sort.replace(/^-/, '').replace(/^key$/, 'name');
  const by = KEY_ORDERS.find((one) => one === name);
  if (by === undefined)
    throw new RcmError('RCM_USAGE', `Keys cannot be sorted by '${name}'`, `By ${KEY_ORDERS.join(', ')}.`);
  return { by, descending: sort.startsWith('-') };
}

/** An id that no list knows may have keys all the same. @throws RCM_COMPANY_* */
async function companyOf(ports: Ports, word: string): Promise<KeysListRequest['company']> {
  const listing = ports.store instanceof RcmError ? UNREAD : await ports.store.companies.list();
  const company = resolveCompany(word, listing, { parts: true });
  await assertIsKnown(ports, company, listing);
  return company;
}

/** Reading keys needs no durable state: without it, companies are known by their ids alone. */
const UNREAD = { source: 'keys' } as const;
