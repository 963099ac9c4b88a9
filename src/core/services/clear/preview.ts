import { passesFilter } from '../../domain/key-filter.js';
import { displayBytes } from '../../redis/key-template.js';
import { walkNodes } from '../../redis/keys/walk-keys.js';
import { redisError } from '../../redis/redis-error.js';
import type { Ports } from '../ports.js';
import { primaries } from '../primaries.js';
import { visitProgress } from '../visit-progress.js';
import { assertFilter, type ClearRequest, selectionOf } from './request.js';

/** What would be removed of one company. */
export interface CompanyPreview {
  companyId: string;
  companyName: string | null;
  keys: number;
  bytes: number;
}

export interface ClearPreview {
  companies: CompanyPreview[];
  keys: number;
  bytes: number;
  /** Some of the keys, escaped where they are not UTF-8. */
  examples: string[];
}

const MOST_EXAMPLES = 5;
/** Keys remembered, so that one that SCAN shows twice (while a table shrinks) counts once; of more, a few may count twice. */
const MOST_REMEMBERED = 100_000;

/**
 * Counts what would be removed, key by key.
 * @param names of companies that only their keys tell of
 * @throws RCM_REDIS_*, RCM_NOT_APPLICABLE; the signal's reason when it is aborted
 */
export async function previewClear(
  ports: Ports,
  request: Pick<ClearRequest, 'companies' | 'match' | 'filter'>,
  names: (companyId: string) => string | null,
): Promise<ClearPreview> {
  const { filter } = request;
  await assertFilter(ports, filter);
  const selection = selectionOf(ports, request);
  const sums = new Map<string, { keys: number; bytes: number }>();
  for (const { companyId } of request.companies ?? []) sums.set(companyId, { keys: 0, bytes: 0 });
  const examples: string[] = [];
  const seen = new Set<string>();
  const isRepeated = (key: Buffer): boolean => {
    const name = key.toString('latin1');
    if (seen.has(name)) return true;
    if (seen.size < MOST_REMEMBERED) seen.add(name);
    return false;
  };
  try {
    const { nodes, close } = await primaries(ports.redis);
    try {
      const tick = await visitProgress(ports, nodes);
      const details = filter.idleSeconds === undefined ? (['bytes'] as const) : (['bytes', 'idle'] as const);
      await walkNodes(nodes, selection, { details, signal: ports.signal }, (step) => {
        for (const key of step.found) {
          if (!passesFilter(key, filter) || isRepeated(key.key)) continue;
          const sum = sums.get(key.companyId) ?? { keys: 0, bytes: 0 };
          sum.keys += 1;
          sum.bytes += key.bytes ?? 0;
          sums.set(key.companyId, sum);
          if (examples.length < MOST_EXAMPLES) examples.push(displayBytes(key.key.toString('latin1')));
        }
        tick(step.visited);
      });
    } finally {
      close();
    }
  } catch (error) {
    if (ports.signal?.aborted) throw ports.signal.reason;
    throw redisError(error, ports.redis.label);
  }
  const companies = [...sums].map(([companyId, sum]) => ({ companyId, companyName: names(companyId), ...sum }));
  const total = (of: 'keys' | 'bytes') => companies.reduce((sum, company) => sum + company[of], 0);
  return { companies, keys: total('keys'), bytes: total('bytes'), examples };
}
