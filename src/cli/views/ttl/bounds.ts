import type { TtlBounds } from '../../../core/domain/policy.js';
import { age } from '../figures.js';

/** Bounds in words: `5m`, `at least 5m`, `at most 1h`, `5m to 1h`, `as the application says`. */
export function boundsText({ minTtlSeconds: least, maxTtlSeconds: most }: TtlBounds): string {
  if (least === null && most === null) return 'as the application says';
  if (most === null) return `at least ${age(least as number)}`;
  if (least === null) return `at most ${age(most)}`;
  return least === most ? age(most) : `${age(least)} to ${age(most)}`;
}
