import type { CachePolicy } from '../../domain/policy.js';
import { conflict } from '../conflict.js';
import { assertStorable, checkStored, parseStoredJson, SHAPES } from '../shapes.js';
import type { PolicyRepository } from '../store.js';
import type { Database, Row } from './database.js';

/** Policies: one row per company. */
export function policyRepository(db: Database): PolicyRepository {
  const fromRow = (row: Row): CachePolicy =>
    checkStored(
      SHAPES.policy,
      {
        companyId: row.company_id,
        minTtlSeconds: row.min_ttl_seconds,
        maxTtlSeconds: row.max_ttl_seconds,
        segments: parseStoredJson(String(row.segments), `policy of company '${row.company_id}'`, db.path),
        cachingEnabled: row.caching_enabled === 0 ? false : row.caching_enabled === 1 ? true : row.caching_enabled,
        minUpdateIntervalSeconds: row.min_update_interval_seconds,
        eventsMax: row.events_max,
        reviewReason: row.review_reason,
        version: row.version,
        setBy: row.set_by,
        setAt: new Date(Number(row.set_at)),
        reason: row.reason,
      },
      `policy of company '${row.company_id}'`,
      db.path,
    );
  const read = (companyId: string): CachePolicy | null => {
    const row = db.get('SELECT * FROM policy WHERE company_id = ?', companyId);
    return row ? fromRow(row) : null;
  };
  /** Reads what is stored (a damaged row is refused, not overwritten) and compares versions. */
  const expect = (companyId: string, expectedVersion: number): void => {
    const stored = read(companyId)?.version ?? null;
    if ((stored ?? 0) !== expectedVersion)
      throw conflict(`The policy of company '${companyId}'`, expectedVersion, stored);
  };
  return {
    get: async (companyId) => read(companyId),
    list: async () => db.all('SELECT * FROM policy ORDER BY company_id').map(fromRow),
    put: async (policy, expectedVersion) => {
      const next: CachePolicy = { ...policy, version: expectedVersion + 1 };
      assertStorable(SHAPES.policy, next, 'policy');
      return db.immediate(() => {
        expect(policy.companyId, expectedVersion);
        db.run(
          'INSERT OR REPLACE INTO policy VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
          next.companyId,
          next.minTtlSeconds,
          next.maxTtlSeconds,
          next.cachingEnabled ? 1 : 0,
          next.minUpdateIntervalSeconds,
          next.eventsMax,
          next.reviewReason,
          next.version,
          next.setBy,
          next.setAt.getTime(),
          next.reason,
          JSON.stringify(next.segments),
        );
        return next;
      });
    },
    remove: async (companyId, expectedVersion) =>
      db.immediate(() => {
        if (expectedVersion === 0)
          throw conflict(`The policy of company '${companyId}'`, 0, read(companyId)?.version ?? null);
        expect(companyId, expectedVersion);
        db.run('DELETE FROM policy WHERE company_id = ?', companyId);
      }),
  };
}
