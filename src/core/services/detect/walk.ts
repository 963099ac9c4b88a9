import { KeyBreakdown } from '../../domain/key-breakdown.js';
import { keySegment } from '../../domain/key-segment.js';
import { Top } from '../../domain/top.js';
import { displayBytes, KeyTemplates } from '../../redis/key-template.js';
import type { KeyDetail } from '../../redis/keys/key-info.js';
import { KeySelection } from '../../redis/keys/selection.js';
import { walkNodes } from '../../redis/keys/walk-keys.js';
import type { CompanySum, LargeKey, ScanNode } from '../../redis/scan/keyspace-scan.js';
import type { Ports } from '../ports.js';
import { visitProgress } from '../visit-progress.js';

/** What the keys of one company are: their sums, and by kind. */
export interface WalkedKeys extends CompanySum {
  foreverBytes: number;
  breakdown: KeyBreakdown;
}

export interface WalkRequest {
  companyIds: readonly string[];
  details: readonly KeyDetail[];
  /** Keys of so many bytes are named. */
  largeFrom: number;
  maxRate?: number | undefined;
}

const MOST_NAMED = 5;

/** Looks once at every key of some companies. @throws what the client throws; the signal's reason when it is aborted */
export async function walkCompanies(
  ports: Ports,
  nodes: readonly ScanNode[],
  { companyIds, details, largeFrom, maxRate }: WalkRequest,
): Promise<{ companies: Map<string, WalkedKeys>; scripted: boolean }> {
  const templates = new KeyTemplates(ports.config.keyTemplates);
  const selection = new KeySelection(templates, companyIds);
  const companies = new Map<string, WalkedKeys>(companyIds.map((id) => [id, nothing()]));
  let scripted = true;
  const tick = await visitProgress(ports, nodes);
  const onFallback = () => {
    scripted = false;
  };
  await walkNodes(nodes, selection, { details, signal: ports.signal, maxRate, onFallback }, (step) => {
    for (const key of step.found) {
      const sum = companies.get(key.companyId) ?? nothing();
      companies.set(key.companyId, sum);
      const bytes = key.bytes ?? 0;
      sum.keys += 1;
      sum.bytes += bytes;
      if (key.ttlMs === -1) sum.foreverBytes += bytes;
      sum.breakdown.add({ ...key, segment: displayBytes(keySegment(key.rest, templates.terminators)) });
      if (bytes >= largeFrom) addLarge(sum, { key: key.key, bytes });
    }
    tick(step.visited);
  });
  return { companies, scripted };
}

function nothing(): WalkedKeys {
  return { keys: 0, bytes: 0, foreverBytes: 0, breakdown: new KeyBreakdown() };
}

/** Counts a large key, and names it where it is one of the largest. */
export function addLarge(sum: Pick<CompanySum, 'large'>, key: LargeKey): void {
  sum.large ??= {
    keys: 0,
    bytes: 0,
    largest: new Top<LargeKey>(
      MOST_NAMED,
      (a, b) => b.bytes - a.bytes,
      (one) => one.key.toString('latin1'),
    ),
  };
  sum.large.keys += 1;
  sum.large.bytes += key.bytes;
  sum.large.largest.add(key);
}
