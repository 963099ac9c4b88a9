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
export const ACT_TYPES = ['clear', 'restore', 'fix', 'undo', 'policy', 'command'] as const;
export const ACTIVITY_TYPES = [...ACCESS_EVENT_TYPES, ...ACT_TYPES] as const;
export type ActivityType = (typeof ACTIVITY_TYPES)[number];

/** How long the log keeps acts and access events, and the most access events of one company and UTC day. */
export const ACT_RETENTION_DAYS = 90;
export const ACCESS_RETENTION_DAYS = 7;
export const ACCESS_EVENTS_PER_COMPANY_AND_DAY = 10_000;
