import type { CompanySnapshot, PlatformSnapshot } from '../../domain/snapshot.js';
import { snapshotsToRemove } from '../../domain/thinning.js';
import { checkStored, parseStoredJson, SHAPES } from '../shapes.js';
import type { SnapshotRepository } from '../store.js';
import type { Database, Row } from './database.js';

/** Where each field of a company's row is read from. */
const COMPANY_COLUMNS = {
  companyId: 'u.company_id',
  companyName: 'u.company_name',
  takenAt: 's.taken_at',
  orphan: 'c.orphan',
  cacheBytes: 'c.cache_bytes',
  keys: 'c.keys',
  hits: 'c.hits',
  misses: 'c.misses',
  errors: 'c.errors',
  readUs: 'c.read_us',
  coveredMs: 'c.covered_ms',
  clears24h: 'c.clears_24h',
  storageBytes: 'c.storage_bytes',
  calls: 'c.calls',
  minutes: 'c.minutes',
  recordingBytes: 'c.recording_bytes',
  redisCost: 'c.redis_cost',
  mongodbCost: 'c.mongodb_cost',
  twilioCost: 'c.twilio_cost',
  score: 'c.score',
  status: 'c.status',
} as const satisfies Record<keyof CompanySnapshot, string>;
const COMPANY_FIELDS = Object.keys(COMPANY_COLUMNS);
const SELECT_COMPANY = `SELECT ${Object.values(COMPANY_COLUMNS).join(', ')}`;

/** History. A snapshot is written in one transaction, so that one that was interrupted leaves nothing. */
export function snapshotRepository(db: Database): SnapshotRepository {
  const platformOf = (row: Row): PlatformSnapshot =>
    checkStored(SHAPES.platformSnapshot, platformFromRow(row, db.path), 'platform snapshot', db.path);
  const companyOf = (row: unknown[]): CompanySnapshot =>
    checkStored(SHAPES.companySnapshot, companyFromRow(row), `snapshot of company '${row[0]}'`, db.path);
  const latestRow = (at?: Date): Row | undefined => {
    const until = at?.getTime() ?? Number.MAX_SAFE_INTEGER;
    return db.get('SELECT * FROM snapshot WHERE taken_at <= ? ORDER BY taken_at DESC, id DESC LIMIT 1', until);
  };
  return {
    insert: async ({ platform, companies }) =>
      db.immediate(() => {
        const id = Number(db.get('SELECT ifnull(max(id), 0) + 1 AS id FROM snapshot')?.id);
        for (const company of companies) insertCompany(db, id, company);
        insertPlatform(db, id, platform);
      }),
    latestPlatform: async (at) => {
      const row = latestRow(at);
      return row ? platformOf(row) : null;
    },
    latest: async (at) => {
      const row = latestRow(at);
      if (!row) return null;
      const companies = db.rows(
        `${SELECT_COMPANY} FROM snapshot_company c
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
    companyRange: async (companyId, from, to, choose) => {
      const kept = db.rows(
        'SELECT id, taken_at FROM snapshot WHERE taken_at BETWEEN ? AND ? ORDER BY taken_at, id',
        from.getTime(),
        to.getTime(),
      );
      const chosen = choose ? choose(kept.map(([, at]) => Number(at))) : kept.keys();
      return db
        .rows(
          `${SELECT_COMPANY} FROM snapshot_subject u CROSS JOIN json_each(?) j JOIN snapshot s ON s.id = j.value
             JOIN snapshot_company c ON c.snapshot_id = s.id AND c.subject_id = u.id
           WHERE u.company_id = ? ORDER BY s.taken_at, s.id`,
          JSON.stringify([...chosen].map((i) => kept[i]?.[0])),
          companyId,
        )
        .map(companyOf);
    },
    totals: async (takenAt) =>
      db
        .rows(
          `SELECT s.taken_at, sum(c.keys), avg(c.score) FROM snapshot s JOIN snapshot_company c ON c.snapshot_id = s.id
           WHERE s.taken_at IN (SELECT value FROM json_each(?)) GROUP BY s.id ORDER BY s.taken_at, s.id`,
          JSON.stringify(takenAt.map((at) => at.getTime())),
        )
        .map(([at, keys, score]) => ({
          takenAt: new Date(Number(at)),
          keys: Number(keys),
          meanScore: score === null ? null : Number(score),
        })),
    prune: async (now, retention, most = Number.POSITIVE_INFINITY) => {
      const kept = db.rows('SELECT id, taken_at FROM snapshot ORDER BY taken_at, id');
      const remove = snapshotsToRemove(
        kept.map(([, at]) => Number(at)),
        now.getTime(),
        retention,
      );
      let rows = 0;
      let snapshots = 0;
      // One at a time: nobody waits long for the lock.
      for (const i of remove.slice(0, most))
        db.immediate(() => {
          const id = Number(kept[i]?.[0]);
          rows += db.run('DELETE FROM snapshot_company WHERE snapshot_id = ?', id);
          const gone = db.run('DELETE FROM snapshot WHERE id = ?', id);
          rows += gone;
          snapshots += gone;
        });
      return { rows, snapshots, left: Math.max(0, remove.length - most) };
    },
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
    `INSERT INTO snapshot (id, taken_at, company_source, companies, total_bytes, total_cost, unallocated_cost,
       redis_used_memory_bytes, redis_uptime_seconds, redis_max_memory_bytes, redis_evicted_keys, redis_expired_keys,
       own_keys, own_bytes, active_companies, warnings) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    p.takenAt.getTime(),
    p.companySource,
    p.companies,
    p.totalBytes,
    p.totalCost,
    p.unallocatedCost,
    p.redisUsedMemoryBytes,
    p.redisUptimeSeconds,
    p.redisMaxMemoryBytes,
    p.redisEvictedKeys,
    p.redisExpiredKeys,
    p.ownKeys,
    p.ownBytes,
    p.activeCompanies,
    JSON.stringify(p.warnings),
  );
}

function companyFromRow(row: unknown[]): Record<string, unknown> {
  const company: Record<string, unknown> = {};
  for (const [i, name] of COMPANY_FIELDS.entries()) company[name] = row[i];
  company.takenAt = new Date(Number(company.takenAt));
  company.orphan = company.orphan === null ? null : company.orphan === 1;
  return company;
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
    redisMaxMemoryBytes: row.redis_max_memory_bytes,
    redisEvictedKeys: row.redis_evicted_keys,
    redisExpiredKeys: row.redis_expired_keys,
    ownKeys: row.own_keys,
    ownBytes: row.own_bytes,
    activeCompanies: row.active_companies,
    warnings: parseStoredJson(String(row.warnings), 'platform snapshot', path),
  };
}
