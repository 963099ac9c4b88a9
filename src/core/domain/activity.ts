/** One entry of the durable log. */
export interface ActivityEntry {
  companyId: string;
  timestamp: Date;
  eventType: ActivityType;
  /** Escaped where it is not UTF-8; null for acts on a whole company. */
  key: string | null;
  details: { ttl?: number; size?: number; durationMs?: number; triggeredBy?: string; [name: string]: unknown };
  metadata: { actor?: string; reason?: string; [name: string]: unknown };
}

export const ACCESS_EVENT_TYPES = ['hit', 'miss', 'set', 'delete', 'expire', 'evict'] as const;
export const ACT_TYPES = ['clear', 'restore', 'fix', 'undo', 'policy', 'command', 'notify'] as const;
export const ACTIVITY_TYPES = [...ACCESS_EVENT_TYPES, ...ACT_TYPES] as const;
export type ActivityType = (typeof ACTIVITY_TYPES)[number];

/** How long history is kept, in days unless told. */
export interface Retention {
  /** Snapshots, at last one a day, and counters by the day. */
  snapshotDays: number;
  /** Hours: so long every snapshot is kept, then the last of each hour. */
  allSnapshotsHours: number;
  /** So long the last of each hour is kept, then of each day; counters by the hour as long. */
  hourlySnapshotsDays: number;
  /** Acts in the log: clear, fix, policy, … */
  actDays: number;
  /** Access events in the log. */
  accessDays: number;
  /** The most access events of one company and UTC day that the log keeps, the newest. */
  accessEventsPerDay: number;
}

export const DEFAULT_RETENTION: Retention = {
  snapshotDays: 400,
  allSnapshotsHours: 48,
  hourlySnapshotsDays: 35,
  actDays: 90,
  accessDays: 7,
  accessEventsPerDay: 10_000,
};
