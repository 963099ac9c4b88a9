import type { LargeKeyPart, LargeKeys } from '../../domain/detect/figures.js';
import { showKey } from '../../redis/keys/key-argument.js';
import { largestPartOf } from '../../redis/keys/largest-part.js';
import type { LargeKey } from '../../redis/scan/keyspace-scan.js';
import type { Ports } from '../ports.js';
import type { MeasuredCompany } from './measured.js';

/** Large keys that are looked into, over all companies: the largest of each first. */
const MOST_LOOKED_INTO = 60;

interface Named extends LargeKey {
  companyId: string;
  /** How many of the company's are larger. */
  rank: number;
}

/** What makes large keys large, company by company; of some of them where there are very many. Never throws for one key. */
export async function readLargeKeys(
  ports: Ports,
  companies: readonly MeasuredCompany[],
): Promise<Map<string, LargeKeys>> {
  const named = companies.flatMap(({ facts, sum }) =>
    (sum.large?.largest.items() ?? []).map((key, rank): Named => ({ ...key, companyId: facts.companyId, rank })),
  );
  named.sort((a, b) => a.rank - b.rank || b.bytes - a.bytes);
  const parts = new Map<string, LargeKeyPart[]>();
  for (const [i, one] of named.entries()) {
    const found = i < MOST_LOOKED_INTO ? await lookInto(ports, one) : NOT_LOOKED_AT;
    if (found === null) continue;
    const own = parts.get(one.companyId) ?? [];
    parts.set(one.companyId, own);
    own.push({ key: showKey(one.key), bytes: one.bytes, ...found });
  }
  return new Map(
    companies.map(({ facts, sum }) => [
      facts.companyId,
      {
        keys: sum.large?.keys ?? 0,
        bytes: sum.large?.bytes ?? 0,
        largest: parts.get(facts.companyId) ?? [],
      },
    ]),
  );
}

const NOT_LOOKED_AT = { type: null, elements: null, part: null };

/** null where the key has gone meanwhile. One that may not be read is named all the same. */
async function lookInto({ redis, signal }: Ports, { key, bytes }: Named) {
  signal?.throwIfAborted();
  return largestPartOf(redis.client, key, bytes).catch(() => NOT_LOOKED_AT);
}
