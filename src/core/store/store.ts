import type { ActivityEntry, ActivityType, Retention } from '../domain/activity.js';
import type { Company, CompanyUsage, PlatformUsage } from '../domain/company.js';
import type { CounterHour, CounterSpan, CounterSum } from '../domain/counter-hours.js';
import type { FixRecord, FixStatus, TouchedTtl } from '../domain/fix.js';
import type { IssueKey, IssueState, Sighting } from '../domain/issue.js';
import type { NotificationClaim, Settlement, ToldState } from '../domain/notify/change.js';
import type { CachePolicy } from '../domain/policy.js';
import type { PriceHistoryEntry, PricingConfig } from '../domain/pricing.js';
import type { CompanySnapshot, PlatformSnapshot, Snapshot, SnapshotTotals } from '../domain/snapshot.js';

/**
 * The durable state, behind one interface per collection. Two engines implement it (mongo/, sqlite/) and pass one
 * contract suite. Every method throws RcmError: RCM_STORE_UNAVAILABLE (or RCM_MONGODB_UNREACHABLE) when the engine
 * cannot be reached, RCM_STORE_DAMAGED when what it holds is not of the expected shape (nothing is overwritten then).
 */
export interface Store {
  readonly engine: 'mongodb' | 'sqlite';
  /** For people: where the state is, without secrets. */
  readonly location: string;
  readonly pricing: PricingRepository;
  readonly policies: PolicyRepository;
  readonly activity: ActivityRepository;
  readonly snapshots: SnapshotRepository;
  readonly counterHours: CounterHourRepository;
  readonly fixes: FixRepository;
  readonly issues: IssueRepository;
  readonly notifications: NotificationRepository;
  readonly companies: CompanyRepository;
  readonly usage: UsageRepository;
  /** For `doctor`: what is there, what is missing, what may not be done. Changes nothing. */
  diagnose(): Promise<StoreFinding[]>;
  close(): Promise<void>;
}

export interface StoreFinding {
  name: string;
  state: 'ok' | 'info' | 'warning' | 'failed';
  message: string;
  /** What to do about it. */
  hint: string | null;
}

export interface PricingRepository {
  /** The stored configuration, or a fresh copy of the defaults (version 0) when none was ever written. Writes nothing. */
  get(): Promise<PricingConfig>;
  /**
   * One atomic change. `change` gets the current configuration and returns what differs, with its history entries; it
   * is called again when another process wrote in between, so that no concurrent change is lost.
   * @throws RCM_CONFLICT when the change was overtaken too many times
   */
  update(change: (current: PricingConfig) => PricingChange): Promise<PricingConfig>;
}

export interface PricingChange {
  providers?: PricingConfig['providers'];
  budgets?: PricingConfig['budgets'];
  history: PriceHistoryEntry[];
}

export interface PolicyRepository {
  get(companyId: string): Promise<CachePolicy | null>;
  list(): Promise<CachePolicy[]>;
  /**
   * Stores `policy` with version `expectedVersion + 1`; expectedVersion 0 means that none may exist yet.
   * @throws RCM_CONFLICT when the stored version is another
   */
  put(policy: Omit<CachePolicy, 'version'>, expectedVersion: number): Promise<CachePolicy>;
  /** @throws RCM_CONFLICT when the stored version is another */
  remove(companyId: string, expectedVersion: number): Promise<void>;
}

export interface ActivityFilter {
  companyId?: string;
  types?: ActivityType[];
  since?: Date;
  until?: Date;
  /** Exact key. */
  key?: string;
  /** Newest first, so many at most. */
  limit: number;
}

export interface ActivityRepository {
  append(entries: ActivityEntry[]): Promise<void>;
  /** Newest first. */
  list(filter: ActivityFilter): Promise<ActivityEntry[]>;
  /** Up to which stream entry the events of each company were copied: company → stream id. */
  eventMarks(): Promise<Map<string, string>>;
  /**
   * Copies access events, each once: one batch and its mark at a time, and nothing of a batch whose mark was moved by
   * somebody else since it was read. Killed midway, what is copied again is not there twice.
   * @returns how many entries are new
   */
  copyEvents(batches: EventBatch[]): Promise<number>;
  /**
   * Applies retention as of `now`, the oldest first, and to yesterday and today the 10,000 access events per company and UTC
   * day (oldest go). In portions, of which none begins after `endMs` (of performance.now()). Returns how many went.
   */
  prune(now: Date, retention: Retention, endMs?: number): Promise<number>;
}

/** Events of one company's stream that are to be copied into the log. */
export interface EventBatch {
  companyId: string;
  /** The mark that they were read from; null: there was none. */
  after: string | null;
  /** The mark when they are copied. */
  upTo: string;
  entries: { streamId: string; entry: ActivityEntry }[];
}

/**
 * What applications counted, by the hour, and by the UTC day when it is older than `hourlySnapshotsDays`. The sums over
 * all companies are kept beside theirs, as those of PLATFORM_ID.
 */
export interface CounterHourRepository {
  /** The marks of the hours that begin at `sinceMs` or later: company → start of the hour → mark. */
  marks(sinceMs: number): Promise<Map<string, Map<number, number | null>>>;
  /** Writes hours as they are, none twice: of what is stored already, each counter becomes the larger of both. */
  put(hours: readonly CounterHour[]): Promise<void>;
  /** One company's hours and merged days that begin within fromMs ≤ … < toMs, oldest first. */
  range(companyId: string, fromMs: number, toMs: number): Promise<CounterSpan[]>;
  /** The same of every company, added up; without the platform's. */
  sums(fromMs: number, toMs: number): Promise<Map<string, CounterSum>>;
  /** Start of the oldest hour or day; null when there is none. */
  oldest(): Promise<number | null>;
  /**
   * Merges old hours to days and removes what is older than `snapshotDays` as of `now`. In portions, of which none begins
   * after `endMs` (of performance.now()). Returns how many rows went.
   */
  prune(now: Date, retention: Retention, endMs?: number): Promise<number>;
}

export interface SnapshotRepository {
  /** Writes the companies first and the platform last, so that an interrupted snapshot does not count. */
  insert(snapshot: Snapshot): Promise<void>;
  /** The newest complete snapshot taken at or before `at`, or null. */
  latest(at?: Date): Promise<Snapshot | null>;
  /** The platform row of that snapshot, without its companies. */
  latestPlatform(at?: Date): Promise<PlatformSnapshot | null>;
  /** Platform rows of complete snapshots with from ≤ takenAt ≤ to, oldest first. */
  platformRange(from: Date, to: Date): Promise<PlatformSnapshot[]>;
  /**
   * One company's rows of complete snapshots with from ≤ takenAt ≤ to, oldest first.
   * @param choose which of the times of those snapshots are read (ascending; by their indexes); all unless given
   */
  companyRange(
    companyId: string,
    from: Date,
    to: Date,
    choose?: (takenMs: readonly number[]) => number[],
  ): Promise<CompanySnapshot[]>;
  /** Sums over the companies of the complete snapshots that were taken at these times, oldest first. */
  totals(takenAt: readonly Date[]): Promise<SnapshotTotals[]>;
  /**
   * Applies retention as of `now` (domain/thinning.ts), the oldest first, `most` snapshots at most, so that a first big
   * clean-up is done in portions. Returns how many rows and snapshots went, and how many snapshots are still to go.
   */
  prune(now: Date, retention: Retention, most?: number): Promise<Pruned>;
}

export interface Pruned {
  rows: number;
  snapshots: number;
  left: number;
}

export interface FixRepository {
  /** @throws RCM_CONFLICT when the id exists */
  insert(fix: FixRecord): Promise<void>;
  /** Replaces the record whose version is `fix.version` and adds 1 to it. @throws RCM_CONFLICT when the stored version is another */
  update(fix: FixRecord): Promise<FixRecord>;
  get(fixId: string): Promise<FixRecord | null>;
  /** Newest first. */
  list(filter: { companyId?: string; statuses?: readonly FixStatus[]; limit: number }): Promise<FixRecord[]>;
  /** Keeps a piece of what a fix needs to be undone, which may be too much for its record. Chunks are numbered; again is no error. */
  keepTouched(fixId: string, chunk: number, touched: readonly TouchedTtl[]): Promise<void>;
  /** One kept chunk; null when there is none of that number. */
  touched(fixId: string, chunk: number): Promise<TouchedTtl[] | null>;
}

export interface IssueRepository {
  /** By company, then code. `open`: only those not resolved. */
  list(filter?: { open?: boolean }): Promise<IssueState[]>;
  /**
   * Applies what one look found (domain/issue.ts, issueChanges). Safe for several processes at once: each record changes
   * atomically, and none is moved backwards by a late sighting.
   * @returns the open states of what was seen
   * @throws RCM_CONFLICT when it was overtaken too many times
   */
  record(sighting: Sighting): Promise<IssueState[]>;
  /** Notes that somebody was told: `notifiedAt` of those of the issues that are open. */
  markNotified(issues: readonly IssueKey[], at: Date): Promise<void>;
  /** Removes what was resolved more than `actDays` before `now`, and what targets were told of it. Returns how many issues went. */
  prune(now: Date, retention: Retention): Promise<number>;
}

/** What each target was told, and who is telling it just now: so that of several runs at once each change is told by one. */
export interface NotificationRepository {
  /** What this target was last told of every issue that it was ever told of. */
  list(target: string): Promise<ToldState[]>;
  /**
   * Claims to tell: those of which the target still believes what the claimant saw, and which nobody else has claimed in the
   * last ten minutes (CLAIM_MS).
   * @param run who claims @returns the claims that it got
   */
  claim(target: string, run: string, claims: readonly NotificationClaim[], at: Date): Promise<IssueKey[]>;
  /** Notes what the target has been told, of what this run still holds, and ends those claims. */
  settle(target: string, run: string, settlements: readonly Settlement[], at: Date): Promise<void>;
  /** Gives back every claim of this run, so that a later one may tell. */
  release(target: string, run: string): Promise<void>;
}

/** What reading the company list gave: the list, or why there is none: missing or empty, or (`failed`) unreadable. */
export type CompanyListing =
  | { source: 'collection' | 'import'; companies: Company[] }
  | { source: 'unread'; reason: string; failed: boolean }
  | { source: 'keys' };

export interface ImportedCompany extends Company, CompanyUsage {}

export interface CompanyRepository {
  /**
   * Every company. mongodb: the configured collection (`unread` with the reason when it is missing, empty or cannot be
   * read: it does not throw for those). sqlite: what was imported, or `keys` when nothing was.
   * @param options current: from the primary, for who removes what is not in the list: a secondary may lag
   */
  list(options?: { current?: boolean }): Promise<CompanyListing>;
  /** Replaces the imported list, all or nothing. @throws RCM_NOT_APPLICABLE on an engine that reads the platform's own collection */
  replaceImported(companies: ImportedCompany[], importedAt: Date): Promise<void>;
}

export interface UsageRepository {
  /**
   * Usage per company over the 30 days before `now`: one aggregation per collection. A reading is kept in the store for
   * 15 minutes and returned again unless `fresh`; `measuredAt` tells its age. A part that cannot be read is listed in
   * `unknown`, never thrown. sqlite: the imported figures; with nothing imported every part is unknown.
   */
  read(now: Date, options: { fresh: boolean }): Promise<PlatformUsage>;
}

export const USAGE_KEPT_MS = 15 * 60 * 1000;
