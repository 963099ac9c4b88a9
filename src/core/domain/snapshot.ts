/** One company's figures at one time, kept for history. `null` means unknown. */
export interface CompanySnapshot {
  companyId: string;
  companyName: string | null;
  takenAt: Date;
  orphan: boolean | null;
  cacheBytes: number;
  keys: number;
  /** Recorded over the 24 hours before `takenAt`; coveredMs says how much of them was recorded. */
  hits: number | null;
  misses: number | null;
  errors: number | null;
  readUs: number | null;
  coveredMs: number;
  clears24h: number | null;
  storageBytes: number | null;
  calls: number | null;
  minutes: number | null;
  recordingBytes: number | null;
  redisCost: number;
  mongodbCost: number | null;
  twilioCost: number | null;
  score: number | null;
  status: string;
}

/** The platform at the same time. It is written last: a snapshot without it was interrupted and does not count. */
export interface PlatformSnapshot {
  takenAt: Date;
  /** Where the companies came from: a later reader must know whether orphans could be told. */
  companySource: CompanySource;
  companies: number;
  totalBytes: number;
  totalCost: number;
  unallocatedCost: number;
  redisUsedMemoryBytes: number | null;
  redisUptimeSeconds: number | null;
  /** null where one server has no limit. */
  redisMaxMemoryBytes: number | null;
  /** Since the servers' start. */
  redisEvictedKeys: number | null;
  redisExpiredKeys: number | null;
  /** This tool's own keys in Redis, and how many companies they are about. */
  ownKeys: number | null;
  ownBytes: number | null;
  activeCompanies: number | null;
  warnings: string[];
}

/** collection: the platform's MongoDB; import: `companies import`; keys: those whose keys were found; unread: a configured source failed or was empty. */
export type CompanySource = 'collection' | 'import' | 'keys' | 'unread';

/** What the companies of one snapshot come to together. */
export interface SnapshotTotals {
  takenAt: Date;
  keys: number;
  /** Mean of the scores that are known; null where none is. */
  meanScore: number | null;
}

export interface Snapshot {
  platform: PlatformSnapshot;
  companies: CompanySnapshot[];
}
