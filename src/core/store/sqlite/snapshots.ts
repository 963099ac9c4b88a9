import { type CompanySnapshot, type PlatformSnapshot, SNAPSHOT_RETENTION_DAYS } from '../../domain/snapshot.js';
import { DAY_MS } from '../../domain/units.js';
import { checkStored, parseStoredJson, SHAPES } from '../shapes.js';
import type { SnapshotRepository } from '../store.js';
import type { Database, Row } from './database.js';

const COMPANY_COLUMNS = `u.company_id, u.company_name, s.taken_at, c.*`;

/** History. A snapshot is written in one transaction, so that one that was interrupted leaves nothing. */
export function snapshotRepository(db: Database): SnapshotRepository {
  const platformOf = (row: Row): PlatformSnapshot =>
    checkStored(SHAPES.platformSnapshot, platformFromRow(row, db.path), 'platform snapshot', db.path);
  const companyOf = (row: Row): CompanySnapshot =>
    checkStored(SHAPES.companySnapshot, companyFromRow(row), `snapshot of company '${row.company_id}'`, db.path);
  return {
    insert: async ({ platform, companies }) =>
      db.immediate(() => {
        const id = Number(db.get('SELECT ifnull(max(id), 0) + 1 AS id FROM snapshot')?.id);
        for (const company of companies) insertCompany(db, id, company);
        insertPlatform(db, id, platform);
      }),
    latest: async (at) => {
      const until = at?.getTime() ?? Number.MAX_SAFE_INTEGER;
      const row = db.get('SELECT * FROM snapshot WHERE taken_at <= ? ORDER BY taken_at DESC, id DESC LIMIT 1', until);
      if (!row) return null;
      const companies = db.all(
        `SELECT ${COMPANY_COLUMNS} FROM snapshot_company c
           JOIN snapshot_subject u ON u.id = c.subject_id JOIN snapshot s ON s.id = c.snapshot_id
         WHERE c.snapshot_id = ?`,
        Number(row.id),
      );
      return { platform: platformOf(row), companies: companies.map(companyOf) };
    },
    platformRange: async (from, to) =>
      db
        .all(
          'SELECT * FROM snapshot WHERE taken_at BETWEEN ? AND ? ORDER BY taken_at, id',
          from.getTime(),
          to.getTime(),
        )
        .map(platformOf),
    companyRange: async (companyId, from, to) =>
      db
        .all(
          `SELECT ${COMPANY_COLUMNS} FROM snapshot_subject u CROSS JOIN snapshot s
             JOIN snapshot_company c ON c.snapshot_id = s.id AND c.subject_id = u.id
           WHERE u.company_id = ? AND s.taken_at BETWEEN ? AND ? ORDER BY s.taken_at, s.id`,
          companyId,
          from.getTime(),
          to.getTime(),
        )
        .map(companyOf),
    prune: async (now) =>
      db.immediate(() => {
        const before = now.getTime() - SNAPSHOT_RETENTION_DAYS * DAY_MS;
        const old = 'SELECT id FROM snapshot WHERE taken_at < ?';
        const companies = db.run(`DELETE FROM snapshot_company WHERE snapshot_id IN (${old})`, before);
        return companies + db.run('DELETE FROM snapshot WHERE taken_at < ?', before);
      }),
  };
}

function insertCompany(db: Database, snapshotId: number, c: CompanySnapshot): void {
  db.run('INSERT OR IGNORE INTO snapshot_subject (company_id, company_name) VALUES (?, ?)', c.companyId, c.companyName);
  db.run(
    `INSERT INTO snapshot_company
       SELECT ?, id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM snapshot_subject
       WHERE company_id = ? AND (company_name IS NULL) = ? AND ifnull(company_name, '') = ?`,
    snapshotId,
    c.orphan === null ? null : c.orphan ? 1 : 0,
    c.cacheBytes,
    c.keys,
    c.hits,
    c.misses,
    c.errors,
    c.readUs,
    c.coveredMs,
    c.clears24h,
    c.storageBytes,
    c.calls,
    c.minutes,
    c.recordingBytes,
    c.redisCost,
    c.mongodbCost,
    c.twilioCost,
    c.score,
    c.status,
    c.companyId,
    c.companyName === null ? 1 : 0,
    c.companyName ?? '',
  );
}

function insertPlatform(db: Database, id: number, p: PlatformSnapshot): void {
  db.run(
    'INSERT INTO snapshot VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    id,
    p.takenAt.getTime(),
    p.companySource,
    p.companies,
    p.totalBytes,
    p.totalCost,
    p.unallocatedCost,
    p.redisUsedMemoryBytes,
    p.redisUptimeSeconds,
    JSON.stringify(p.warnings),
  );
}

function companyFromRow(row: Row): Record<keyof CompanySnapshot, unknown> {
  return {
    companyId: row.company_id,
    companyName: row.company_name,
    takenAt: new Date(Number(row.taken_at)),
    orphan: row.orphan === null ? null : row.orphan === 1,
    cacheBytes: row.cache_bytes,
    keys: row.keys,
    hits: row.hits,
    misses: row.misses,
    errors: row.errors,
    readUs: row.read_us,
    coveredMs: row.covered_ms,
    clears24h: row.clears_24h,
    storageBytes: row.storage_bytes,
    calls: row.calls,
    minutes: row.minutes,
    recordingBytes: row.recording_bytes,
    redisCost: row.redis_cost,
    mongodbCost: row.mongodb_cost,
    twilioCost: row.twilio_cost,
    score: row.score,
    status: row.status,
  };
}

function platformFromRow(row: Row, path: string): Record<keyof PlatformSnapshot, unknown> {
  return {
    takenAt: new Date(Number(row.taken_at)),
    companySource: row.company_source,
    companies: row.companies,
    totalBytes: row.total_bytes,
    totalCost: row.total_cost,
    unallocatedCost: row.unallocated_cost,
    redisUsedMemoryBytes: row.redis_used_memory_bytes,
    redisUptimeSeconds: row.redis_uptime_seconds,
    warnings: parseStoredJson(String(row.warnings), 'platform snapshot', path),
  };
}
