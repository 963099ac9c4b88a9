import { formatBytes } from '../../domain/format.js';
import { type KeyOrderName, keyOrder } from '../../domain/key-order.js';
import { digest, readCursor, writeCursor } from '../../domain/page-cursor.js';
import { timeToLive } from '../../domain/time-to-live.js';
import { Top } from '../../domain/top.js';
import { RcmError } from '../../errors.js';
import { scanNodes } from '../../redis/connect/scan-nodes.js';
import { KeyTemplates } from '../../redis/key-template.js';
import { showKey } from '../../redis/keys/key-argument.js';
import { KEY_DETAILS, type KeyInfo } from '../../redis/keys/key-info.js';
import { type KeyPage, type PagePlace, readPage } from '../../redis/keys/key-pages.js';
import { KeySelection } from '../../redis/keys/selection.js';
import { walkNodes } from '../../redis/keys/walk-keys.js';
import { redisError } from '../../redis/redis-error.js';
import type { ScanNode } from '../../redis/scan/keyspace-scan.js';
import { readServerInfo } from '../../redis/server-info.js';
import type { Ports } from '../ports.js';
import { assertIdleTimes } from '../primaries.js';
import { visitProgress } from '../visit-progress.js';
import type { KeysListReport, KeysPage, ListedKey } from './list-report.js';

/** Which keys of a company, and which page of them. */
export interface KeysListRequest {
  company: { companyId: string; companyName: string | null };
  /** A Redis glob for the part of a key after the company's id. */
  match?: string | undefined;
  /** As TYPE names it. */
  type?: string | undefined;
  minBytes?: number | undefined;
  /** Only keys that never expire. */
  noTtl: boolean;
  /** Further conditions, and what tells them from others. */
  keep?: { test: (key: ListedKey) => boolean; name: string } | undefined;
  limit: number;
  cursor?: string | undefined;
  sort?: { by: KeyOrderName; descending: boolean } | undefined;
}

/**
 * One page of a company's keys; in an order, the first of all of them. Reads replicas where there are any.
 * @throws RCM_USAGE for a cursor that cannot be gone on with, RCM_NOT_APPLICABLE, RCM_COMPANY_ID_INVALID, RCM_REDIS_*
 */
export async function listKeys(ports: Ports, request: KeysListRequest): Promise<KeysPage> {
  const { company, match, sort } = request;
  const selection = new KeySelection(new KeyTemplates(ports.config.keyTemplates), [company.companyId], match);
  if (sort?.by === 'idle') await assertIdleTimes(ports.redis, '--sort idle', 'Sort by size, ttl or name instead.');
  try {
    const { nodes, notes, close } = await scanNodes(ports.redis);
    try {
      const read = sort
        ? await readAll(ports, nodes, selection, request)
        : await readOne(ports, nodes, selection, request);
      return {
        generatedAt: ports.clock(),
        company: { companyId: company.companyId, companyName: company.companyName },
        sort: sort ? `${sort.descending ? '-' : ''}${sort.by}` : null,
        snapshot: null,
        keys: read.keys.map(listed),
        matched: read.matched,
        nextCursor: read.nextCursor,
        warnings: [...notes, ...replicaNote(nodes)],
      };
    } finally {
      close();
    }
  } catch (error) {
    if (ports.signal?.aborted) throw ports.signal.reason;
    throw redisError(error, ports.redis.label);
  }
}

interface Read {
  keys: KeyInfo[];
  matched: KeysListReport['matched'];
  nextCursor: string | null;
}

/** Every key is looked at, and the first of them are kept. */
async function readAll(
  ports: Ports,
  nodes: readonly ScanNode[],
  selection: KeySelection,
  request: KeysListRequest,
): Promise<Read> {
  const { by, descending } = request.sort as { by: KeyOrderName; descending: boolean };
  const top = new Top<KeyInfo>(request.limit, keyOrder(by, descending), ({ key }) => key.toString('latin1'));
  const matched = { keys: 0, bytes: 0 };
  const tick = await visitProgress(ports, nodes);
  await walkNodes(nodes, selection, { details: KEY_DETAILS, signal: ports.signal }, (step) => {
    for (const key of step.found) {
      if (!fits(key, request)) continue;
      matched.keys += 1;
      matched.bytes += key.bytes ?? 0;
      top.add(key);
    }
    tick(step.visited);
  });
  return { keys: top.items(), matched, nextCursor: null };
}

async function readOne(
  ports: Ports,
  unordered: readonly ScanNode[],
  selection: KeySelection,
  request: KeysListRequest,
): Promise<Read> {
  const { company, match, type, minBytes, noTtl, keep, limit, cursor } = request;
  const { nodes, ids } = await inFixedOrder(unordered);
  const { keyTemplates } = ports.config;
  const belongsTo = ['keys list', company.companyId, match, type, minBytes, noTtl, keep?.name, keyTemplates];
  const from = cursor === undefined ? null : placeIn(readCursor(cursor, belongsTo, isPlace), digest(ids));
  const tick = await visitProgress(ports, nodes);
  const page: KeyPage = await readPage(nodes, selection, {
    details: KEY_DETAILS,
    limit,
    from,
    keep: (key) => fits(key, request),
    signal: ports.signal,
    onVisited: tick,
  });
  return { keys: page.keys, matched: null, nextCursor: page.next && nextCursor(belongsTo, digest(ids), page.next) };
}

/** Where a page begins, and on which servers: a SCAN cursor means nothing to another server, nor to one that restarted. */
type Place = [servers: string, node: number, cursor: string, ...shown: string[]];

function nextCursor(belongsTo: readonly unknown[], servers: string, { node, cursor, shown }: PagePlace): string {
  return writeCursor(belongsTo, [servers, node, cursor, ...shown] satisfies Place);
}

function isPlace(place: unknown): place is Place {
  if (!Array.isArray(place)) return false;
  const [servers, node, cursor, ...shown] = place as unknown[];
  return (
    [servers, cursor, ...shown].every((one) => typeof one === 'string') &&
    Number.isInteger(node) &&
    (node as number) >= 0 &&
    /^\d{1,20}$/.test(cursor as string)
  );
}

/** @throws RCM_USAGE when other servers are read now */
function placeIn([servers, node, cursor, ...shown]: Place, now: string): PagePlace {
  if (servers !== now)
    throw new RcmError(
      'RCM_USAGE',
      'The --cursor belongs to other servers than those that are read now: one was restarted, another took over, or slots moved',
      'Begin again without --cursor.',
    );
  return { node, cursor, shown };
}

async function inFixedOrder(nodes: readonly ScanNode[]): Promise<{ nodes: ScanNode[]; ids: string[] }> {
  const named = await Promise.all(
    nodes.map(async (node) => {
      const info = await readServerInfo(node.redis, 'server').catch(() => null);
      // Slots that move take keys from a server that is still to be read to one that was read.
      return { node, id: JSON.stringify([info?.runId ?? node.label, node.slots ?? null]) };
    }),
  );
  named.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { nodes: named.map(({ node }) => node), ids: named.map(({ id }) => id) };
}

function fits(key: KeyInfo, { type, minBytes, noTtl, keep }: KeysListRequest): boolean {
  if (type !== undefined && key.type !== type) return false;
  if (minBytes !== undefined && (key.bytes === null || key.bytes < minBytes)) return false;
  if (noTtl && key.ttlMs !== -1) return false;
  return keep?.test(listed(key)) ?? true;
}

function listed({ key, type, bytes, ttlMs, idleSeconds }: KeyInfo): ListedKey {
  return {
    key: showKey(key),
    type: type ?? 'unknown',
    bytes,
    size: bytes === null ? null : formatBytes(bytes),
    ...timeToLive(ttlMs ?? -1),
    idleSeconds,
  };
}

/** A replica does not see when the primary was asked for a key. */
function replicaNote(nodes: readonly ScanNode[]): string[] {
  const replicas = nodes.filter(({ role }) => role === 'replica').map(({ label }) => label);
  return replicas.length === 0 ? [] : [`Idle times are those of the replica (${replicas.join(', ')}).`];
}
