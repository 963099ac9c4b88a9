import { formatAge } from './format.js';
import { SECOND_MS } from './units.js';

/** @param ttlMs milliseconds left, as PTTL tells them; -1: it never expires */
export function timeToLive(ttlMs: number): { ttlSeconds: number | null; ttl: string } {
  if (ttlMs < 0) return { ttlSeconds: null, ttl: 'never' };
  const ttlSeconds = Math.ceil(ttlMs / SECOND_MS);
  return { ttlSeconds, ttl: formatAge(ttlSeconds) };
}
