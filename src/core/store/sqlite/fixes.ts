import type { FixRecord, TouchedTtl } from '../../domain/fix.js';
import { conflict } from '../conflict.js';
import { rowLimit } from '../json-safe.js';
import { parseStoredJson } from '../shapes.js';
import type { FixRepository } from '../store.js';
import type { Database, Row } from './database.js';

/** The journal of fixes: the record as JSON, beside the columns it is found by. */
export function fixRepository(db: Database): FixRepository {
  const fromRow = (row: Row): FixRecord => {
    const document = parseStoredJson(String(row.document), 'fix', db.path) as FixRecord;
    const { plannedAt, finishedAt } = document;
    return {
      ...document,
      plannedAt: new Date(plannedAt),
      finishedAt: finishedAt === null ? null : new Date(finishedAt),
    };
  };
  const versionOf = (fixId: string): number | null => {
    const row = db.get('SELECT version FROM fix WHERE fix_id = ?', fixId);
    return row ? Number(row.version) : null;
  };
  const write = (fix: FixRecord): void => {
    db.run(
      'INSERT OR REPLACE INTO fix (fix_id, company_id, planned_at, version, document) VALUES (?, ?, ?, ?, ?)',
      fix.fixId,
      fix.companyId,
      fix.plannedAt.getTime(),
      fix.version,
      JSON.stringify(fix),
    );
  };
  return {
    insert: async (fix) =>
      db.immediate(() => {
        const stored = versionOf(fix.fixId);
        if (stored !== null) throw conflict(`Fix '${fix.fixId}'`, 0, stored);
        write(fix);
      }),
    update: async (fix) =>
      db.immediate(() => {
        const stored = versionOf(fix.fixId);
        if (stored !== fix.version) throw conflict(`Fix '${fix.fixId}'`, fix.version, stored);
        const next = { ...fix, version: fix.version + 1 };
        write(next);
        return next;
      }),
    get: async (fixId) => {
      const row = db.get('SELECT document FROM fix WHERE fix_id = ?', fixId);
      return row ? fromRow(row) : null;
    },
    list: async ({ companyId, statuses, limit }) => {
      const wanted = [
        ...(companyId === undefined ? [] : ['company_id = ?']),
        ...(statuses === undefined
          ? []
          : [`json_extract(document, '$.status') IN (${statuses.map(() => '?').join(', ')})`]),
      ];
      const where = wanted.length === 0 ? '' : `WHERE ${wanted.join(' AND ')}`;
      const params = [...(companyId === undefined ? [] : [companyId]), ...(statuses ?? [])];
      const sql = `SELECT document FROM fix ${where} ORDER BY planned_at DESC, fix_id DESC LIMIT ?`;
      return db.all(sql, ...params, rowLimit(limit)).map(fromRow);
    },
    keepTouched: async (fixId, chunk, touched) => {
      db.immediate(() =>
        db.run('INSERT OR REPLACE INTO fix_touched VALUES (?, ?, ?)', fixId, chunk, JSON.stringify(touched)),
      );
    },
    touched: async (fixId, chunk) => {
      const row = db.get('SELECT touched FROM fix_touched WHERE fix_id = ? AND chunk = ?', fixId, chunk);
      return row ? (parseStoredJson(String(row.touched), `keys of fix '${fixId}'`, db.path) as TouchedTtl[]) : null;
    },
  };
}
