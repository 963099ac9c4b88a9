import { hourName } from '../domain/counters.js';

/** Our own keys in Redis (DESIGN §4), and nobody else builds them. The id stands in braces: one company, one cluster slot. */
export const NAMESPACE = 'rcm:';

export const ownKeys = {
  /** Hash of counters of the UTC hour that contains the time. */
  counters: (companyId: string, timestampMs: number): string => `rcm:{${companyId}}:counters:${hourName(timestampMs)}`,
  /** Stream of access events. */
  events: (companyId: string): string => `rcm:{${companyId}}:events`,
  /** Hash: mirror of the durable policy. */
  policy: (companyId: string): string => `rcm:{${companyId}}:policy`,
  /** String: a lease. */
  lock: (name: string): string => `rcm:lock:${name}`,
} as const;
