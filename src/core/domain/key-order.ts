export const KEY_ORDERS = ['size', 'ttl', 'idle', 'name'] as const;
export type KeyOrderName = (typeof KEY_ORDERS)[number];

/** What keys are ordered by. */
export interface OrderedKey {
  key: Buffer;
  bytes: number | null;
  /** Milliseconds left; -1 when it never expires. */
  ttlMs: number | null;
  idleSeconds: number | null;
}

/**
 * How two keys are ordered: a key that never expires lives longest; what is unknown stands last in either direction. Keys
 * that are alike are ordered by name, so that the same keys always stand in the same order.
 */
export function keyOrder(by: KeyOrderName, descending: boolean): (a: OrderedKey, b: OrderedKey) => number {
  const sign = descending ? -1 : 1;
  return (a, b) => {
    const byName = Buffer.compare(a.key, b.key);
    if (by === 'name') return sign * byName;
    const [left, right] = [figure(a, by), figure(b, by)];
    if (left === right) return byName;
    if (left === null || right === null) return left === null ? 1 : -1;
    return sign * (left < right ? -1 : 1);
  };
}

function figure(key: OrderedKey, by: Exclude<KeyOrderName, 'name'>): number | null {
  if (by === 'size') return key.bytes;
  if (by === 'idle') return key.idleSeconds;
  return key.ttlMs === -1 ? Number.POSITIVE_INFINITY : key.ttlMs;
}
