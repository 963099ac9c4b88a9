import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import Libsql from 'libsql';
import { openStore, type StoreOptions } from '../../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS } from '../../../src/core/store/platform-collections.js';
import { childScript } from '../../support/child-script.js';
import type { StoreHarness } from './harness.js';

const killed = join(import.meta.dirname, 'snapshot-killed.ts');

/** A statement by hand, past the store. */
export function tamper(path: string, sql: string): void {
  const db = new Libsql(path);
  db.exec(sql);
  db.close();
}

export async function sqliteHarness(): Promise<StoreHarness> {
  const dir = await mkdtemp(join(tmpdir(), 'rcm-store-'));
  let stateFile = '';
  const options = (): StoreOptions => ({ stateFile, collections: DEFAULT_PLATFORM_COLLECTIONS });
  return {
    options,
    open: () => openStore(options()),
    reset: async () => {
      stateFile = join(dir, randomUUID(), 'rcm.db');
    },
    interruptSnapshot: async (companies) => {
      const ids = companies.map((company) => company.companyId);
      const { signal } = await execa(process.execPath, [await childScript(killed), stateFile, ...ids], {
        reject: false,
      });
      if (signal !== 'SIGKILL') throw new Error('the writer was not killed');
    },
    damagePricing: async () =>
      tamper(
        stateFile,
        `UPDATE pricing SET document = json_set(document, '$.budgets.thresholds.warningPercent', 'lots')`,
      ),
    alterPricing: async (path, value) => {
      const where = `$.${path.replace(/\.(\d+)/g, '[$1]')}`;
      const json = JSON.stringify(value);
      const change =
        value === undefined ? `json_remove(document, '${where}')` : `json_set(document, '${where}', json('${json}'))`;
      tamper(stateFile, `UPDATE pricing SET document = ${change}`);
    },
    rawPricing: async () => {
      const db = new Libsql(stateFile);
      const rows = db.prepare('SELECT * FROM pricing').all();
      db.close();
      return JSON.stringify(rows);
    },
    damagePolicy: async (id) => tamper(stateFile, `UPDATE policy SET caching_enabled = 7 WHERE company_id = '${id}'`),
    damageSnapshots: async () => tamper(stateFile, 'UPDATE snapshot_company SET cache_bytes = -1'),
    damageIssues: async () => tamper(stateFile, `UPDATE issue SET severity = 'dreadful'`),
    destroy: () => rm(dir, { recursive: true, force: true }),
  };
}
