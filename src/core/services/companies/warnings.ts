import type { KeyspaceScan } from '../../redis/scan/keyspace-scan.js';

/** What a reader of the figures must know about how they were measured. */
export function scanWarnings(scan: KeyspaceScan): string[] {
  const warnings: string[] = [];
  if (!scan.scripted)
    warnings.push('Scripts are refused by this Redis: keys were measured one command each, which is slower.');
  if (scan.loadUnknown) warnings.push('INFO is refused by this Redis: its load is unknown, so it was scanned gently.');
  if (scan.tooLarge.count > 0) {
    const more = scan.tooLarge.count > scan.tooLarge.examples.length ? ', …' : '';
    warnings.push(
      `${scan.tooLarge.count} keys of over 100,000 elements or 16 MB were sampled, not read whole (--allow-slow reads them): ${scan.tooLarge.examples.join(', ')}${more}`,
    );
  }
  return warnings;
}
