import { hourName } from '../domain/counters.js';
import { DEFAULT_POLICY_ID } from '../domain/policy.js';

/** Our own keys in Redis (DESIGN §4), and nobody else builds them. The id stands in braces: one company, one cluster slot. */
export const NAMESPACE = 'rcm:';

export const ownKeys = {
  /** Hash of counters of the UTC hour that contains the time. */
  counters: (companyId: string, timestampMs: number): string => `rcm:{${companyId}}:counters:${hourName(timestampMs)}`,
  /** Stream of access events. */
  events: (companyId: string): string => `rcm:{${companyId}}:events`,
  /** Hash: mirror of the durable policy; without an id, of the default one. */
  policy: (companyId: string): string => (companyId === DEFAULT_POLICY_ID ? 'rcm:policy' : `rcm:{${companyId}}:policy`),
  /** String: a config update that waits for the end of its interval. */
  pending: (companyId: string): string => `rcm:{${companyId}}:pending`,
  /** String: a lease. */
  lock: (name: string): string => `rcm:lock:${name}`,
  /** String, JSON: the server settings that an observer must put back, in database 0. */
  observeRestore: 'rcm:observe:restore',
} as const;

/** SCAN pattern of the streams of access events. */
export const EVENT_STREAMS_PATTERN = 'rcm:{*}:events';

/** The company whose stream a key is; null for any other key. */
export function companyOfEventStream(key: string): string | null {
  return /^rcm:\{(.+)\}:events$/s.exec(key)?.[1] ?? null;
}
