import calculateSlot from 'cluster-key-slot';
import type { ScanNode } from '../scan/keyspace-scan.js';

/** Whether a key is on this server. */
export function servesKey({ slots }: Pick<ScanNode, 'slots'>, key: Buffer): boolean {
  if (slots === undefined) return true;
  const slot = calculateSlot(key);
  return slots.some(([first, last]) => slot >= first && slot <= last);
}
