import { formatAge } from '../../domain/format.js';
import { SECOND_MS } from '../../domain/units.js';

/** A length of time for people: `2m 5s`. */
export function age(ms: number): string {
  return ms < SECOND_MS ? `${Math.round(ms)} ms` : formatAge(ms / SECOND_MS);
}
