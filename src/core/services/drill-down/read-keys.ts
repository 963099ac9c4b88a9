import { KeyBreakdown } from '../../domain/key-breakdown.js';
import { keySegment } from '../../domain/key-segment.js';
import { Top } from '../../domain/top.js';
import { displayBytes, KeyTemplates } from '../../redis/key-template.js';
import type { KeyInfo } from '../../redis/keys/key-info.js';
import { KeySelection } from '../../redis/keys/selection.js';
import { walkNodes } from '../../redis/keys/walk-keys.js';
import type { CompanySum, ScanNode } from '../../redis/scan/keyspace-scan.js';
import { addLarge } from '../detect/walk.js';
import type { Ports } from '../ports.js';
import { visitProgress } from '../visit-progress.js';

/** What one company's keys are. */
export interface CompanyKeys {
  breakdown: KeyBreakdown;
  largest: KeyInfo[];
  /** Keys of at least `largeFrom` bytes; absent where there are none. */
  large?: CompanySum['large'];
  /** false when the server refuses scripts: it was asked key by key. */
  scripted: boolean;
}

export interface ReadKeysOptions {
  /** How many of the largest keys to name. */
  most: number;
  /** Keys of so many bytes are counted as large. */
  largeFrom?: number | undefined;
  maxRate?: number | undefined;
}

/** Looks at every key of one company once. @throws what the client throws; the signal's reason when it is aborted */
export async function readCompanyKeys(
  ports: Ports,
  nodes: readonly ScanNode[],
  companyId: string,
  { most, largeFrom = Number.POSITIVE_INFINITY, maxRate }: ReadKeysOptions,
): Promise<CompanyKeys> {
  const templates = new KeyTemplates(ports.config.keyTemplates);
  const selection = new KeySelection(templates, [companyId]);
  const breakdown = new KeyBreakdown();
  const largest = new Top<KeyInfo>(
    most,
    (a, b) => (b.bytes ?? 0) - (a.bytes ?? 0),
    ({ key }) => key.toString('latin1'),
  );
  const sum: Pick<CompanySum, 'large'> = {};
  let scripted = true;
  const tick = await visitProgress(ports, nodes);
  const options = {
    details: ['bytes', 'type', 'ttl', 'idle'] as const,
    signal: ports.signal,
    maxRate,
    onFallback: () => {
      scripted = false;
    },
  };
  await walkNodes(nodes, selection, options, (step) => {
    for (const key of step.found) {
      breakdown.add({ ...key, segment: displayBytes(keySegment(key.rest, templates.terminators)) });
      largest.add(key);
      const bytes = key.bytes ?? 0;
      if (bytes >= largeFrom) addLarge(sum, { key: key.key, bytes });
    }
    tick(step.visited);
  });
  return { breakdown, largest: largest.items(), scripted, ...sum };
}
