/** Marks a file as ours (`rcm` and a byte), so that another program's database is never touched. */
export const APPLICATION_ID = 0x72636d01;

/**
 * The schema, one step per version (PRAGMA user_version counts them). A step that was released is never changed.
 * Dates are milliseconds since the epoch; amounts are REAL (SQLite keeps whole ones as integers on disk).
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE pricing (
    id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, document TEXT NOT NULL
  ) STRICT;

  CREATE TABLE policy (
    company_id TEXT PRIMARY KEY, min_ttl_seconds REAL, max_ttl_seconds REAL, caching_enabled INTEGER NOT NULL,
    min_update_interval_seconds REAL, events_max INTEGER, review_reason TEXT, version INTEGER NOT NULL,
    set_by TEXT NOT NULL, set_at INTEGER NOT NULL, reason TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE activity (
    id INTEGER PRIMARY KEY, company_id TEXT NOT NULL, timestamp INTEGER NOT NULL, event_type TEXT NOT NULL,
    key TEXT, details TEXT NOT NULL, metadata TEXT NOT NULL
  ) STRICT;
  CREATE INDEX activity_company_time ON activity (company_id, timestamp);
  CREATE INDEX activity_time ON activity (timestamp);

  CREATE TABLE fix (
    fix_id TEXT PRIMARY KEY, company_id TEXT NOT NULL, planned_at INTEGER NOT NULL, version INTEGER NOT NULL,
    document TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX fix_planned ON fix (planned_at);
  CREATE INDEX fix_company_planned ON fix (company_id, planned_at);

  -- Ids and names stand once: a row of history is numbers.
  CREATE TABLE snapshot_subject (id INTEGER PRIMARY KEY, company_id TEXT NOT NULL, company_name TEXT) STRICT;
  CREATE UNIQUE INDEX snapshot_subject_once
    ON snapshot_subject (company_id, company_name IS NULL, ifnull(company_name, ''));
  CREATE TABLE snapshot (
    id INTEGER PRIMARY KEY, taken_at INTEGER NOT NULL, company_source TEXT NOT NULL, companies REAL NOT NULL,
    total_bytes REAL NOT NULL, total_cost REAL NOT NULL, unallocated_cost REAL NOT NULL,
    redis_used_memory_bytes REAL, redis_uptime_seconds REAL, warnings TEXT NOT NULL
  ) STRICT;
  CREATE INDEX snapshot_time ON snapshot (taken_at);
  -- The key finds a company within a snapshot and all of a snapshot: the time, kept in snapshot, needs no index here.
  CREATE TABLE snapshot_company (
    snapshot_id INTEGER NOT NULL, subject_id INTEGER NOT NULL, orphan INTEGER, cache_bytes REAL NOT NULL,
    keys REAL NOT NULL, hits REAL, misses REAL, errors REAL, read_us REAL, covered_ms REAL NOT NULL, clears_24h REAL,
    storage_bytes REAL, calls REAL, minutes REAL, recording_bytes REAL, redis_cost REAL NOT NULL, mongodb_cost REAL,
    twilio_cost REAL, score REAL, status TEXT NOT NULL, PRIMARY KEY (snapshot_id, subject_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE company (
    company_id TEXT PRIMARY KEY, company_name TEXT, storage_bytes REAL, calls REAL, minutes REAL, recording_bytes REAL,
    imported_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- company_id is NULL for the platform.
  CREATE TABLE issue (
    id INTEGER PRIMARY KEY, company_id TEXT, code TEXT NOT NULL, severity TEXT NOT NULL, first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL, resolved_at INTEGER, notified_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX issue_once ON issue (company_id IS NULL, ifnull(company_id, ''), code);
  CREATE INDEX issue_resolved ON issue (resolved_at);

  ALTER TABLE snapshot ADD COLUMN redis_max_memory_bytes REAL;
  ALTER TABLE snapshot ADD COLUMN redis_evicted_keys REAL;
  ALTER TABLE snapshot ADD COLUMN redis_expired_keys REAL;
  ALTER TABLE snapshot ADD COLUMN own_keys REAL;
  ALTER TABLE snapshot ADD COLUMN own_bytes REAL;
  ALTER TABLE snapshot ADD COLUMN active_companies REAL;
  `,
  `
  -- JSON: [{segment, minTtlSeconds, maxTtlSeconds}]
  ALTER TABLE policy ADD COLUMN segments TEXT NOT NULL DEFAULT '[]';
  `,
  `
  -- JSON: [[key, former PTTL, expires at]]
  CREATE TABLE fix_touched (
    fix_id TEXT NOT NULL, chunk INTEGER NOT NULL, touched TEXT NOT NULL, PRIMARY KEY (fix_id, chunk)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- What a target was last told of an issue (its id: JSON [company, code]), and who is telling it just now.
  CREATE TABLE notification (
    target TEXT NOT NULL, issue TEXT NOT NULL, severity TEXT, told_at INTEGER, claimed_by TEXT, claimed_at INTEGER,
    PRIMARY KEY (target, issue)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- What applications counted, by the hour and, when older, by the UTC day (hours and days since the epoch). Ids stand
  -- once; the id '' is the sum over all companies. A row of each time follows the last one's: pages are full.
  CREATE TABLE counter_subject (id INTEGER PRIMARY KEY, company_id TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE counter_hour (
    hour INTEGER NOT NULL, subject_id INTEGER NOT NULL, mark INTEGER, hit INTEGER, miss INTEGER, sets INTEGER,
    dels INTEGER, clears INTEGER, errors INTEGER, hit_us INTEGER, miss_us INTEGER, bytes INTEGER, b0 INTEGER, b1 INTEGER,
    b2 INTEGER, b3 INTEGER, b4 INTEGER, b5 INTEGER, b6 INTEGER, b7 INTEGER, expires INTEGER, evicts INTEGER,
    PRIMARY KEY (hour, subject_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE counter_day (
    day INTEGER NOT NULL, subject_id INTEGER NOT NULL, hit INTEGER, miss INTEGER, sets INTEGER,
    dels INTEGER, clears INTEGER, errors INTEGER, hit_us INTEGER, miss_us INTEGER, bytes INTEGER, b0 INTEGER, b1 INTEGER,
    b2 INTEGER, b3 INTEGER, b4 INTEGER, b5 INTEGER, b6 INTEGER, b7 INTEGER, expires INTEGER, evicts INTEGER,
    PRIMARY KEY (day, subject_id)
  ) STRICT, WITHOUT ROWID;
  -- Up to which entry of a company's stream access events were copied into the log.
  CREATE TABLE event_mark (company_id TEXT PRIMARY KEY, stream_id TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
];
