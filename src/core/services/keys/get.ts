import { formatBytes } from '../../domain/format.js';
import { readCursor, writeCursor } from '../../domain/page-cursor.js';
import { timeToLive } from '../../domain/time-to-live.js';
import { MB } from '../../domain/units.js';
import { RcmError } from '../../errors.js';
import { describeKey, type KeyDescription } from '../../redis/keys/describe-key.js';
import { showKey } from '../../redis/keys/key-argument.js';
import { VALUE_START, type ValuePlace } from '../../redis/keys/read-value.js';
import type { ScanNode } from '../../redis/scan/keyspace-scan.js';
import type { Ports } from '../ports.js';
import { showElements } from './get-elements.js';
import type { KeysGetReport, ShownValue } from './get-report.js';
import { showString } from './get-string.js';
import { onNodeOf } from './key-node.js';
import { ownerOf } from './owner.js';
import { Shower } from './shower.js';

/** Which key, and how much of it. */
export interface KeysGetRequest {
  key: Buffer;
  /** Most elements of a page. */
  limit: number;
  cursor?: string | undefined;
  /** First byte of a string, first position in a list or sorted set. */
  offset?: number | undefined;
  /** Most bytes of a string. */
  length?: number | undefined;
  /** Show what the configuration hides. */
  reveal: boolean;
}

/** About how many bytes of elements a page may bring over. */
const PAGE_BYTES = 4 * MB;

/**
 * One key: what it is, whose, and a page of its value.
 * @throws RCM_KEY_NOT_FOUND; RCM_USAGE for a cursor or an offset that does not fit; RCM_REDIS_*
 */
export async function getKey(ports: Ports, request: KeysGetRequest): Promise<KeysGetReport> {
  const { key, reveal } = request;
  const name = showKey(key);
  const { described, value, nextCursor, warnings } = await onNodeOf(ports, key, async (node) => {
    const found = await describeKey(node.redis, key);
    if (found === null) throw keyNotFound(name);
    const shower = new Shower(ports.config.sensitive, name, reveal);
    return { described: found, ...(await pageOf(node, request, found, shower)) };
  });
  const { bytes, ttlMs, ...rest } = described;
  return {
    generatedAt: ports.clock(),
    key: name,
    ...(await ownerOf(ports, key)),
    type: rest.type,
    encoding: rest.encoding,
    bytes,
    size: bytes === null ? null : formatBytes(bytes),
    length: rest.length,
    ...timeToLive(ttlMs),
    idleSeconds: rest.idleSeconds,
    value,
    nextCursor,
    warnings,
  };
}

export function keyNotFound(name: string): RcmError {
  return new RcmError(
    'RCM_KEY_NOT_FOUND',
    `There is no key '${name}'`,
    'Give the full name, as `rcm keys list COMPANY` shows it.',
  );
}

interface Page {
  value: ShownValue;
  nextCursor: string | null;
  warnings: string[];
}

async function pageOf(
  node: ScanNode,
  { key, limit, cursor, offset, length, reveal }: KeysGetRequest,
  { type, bytes, length: total }: KeyDescription,
  shower: Shower,
): Promise<Page> {
  assertFits(type, offset, length);
  const belongsTo = ['keys get', showKey(key), type];
  const place = cursor === undefined ? startAt(offset) : placeIn(readCursor(cursor, belongsTo, isPlace));
  const next = (at: ValuePlace | null) => at && writeCursor(belongsTo, at.skip > 0 ? [at.at, at.skip] : [at.at]);
  if (type === 'string') {
    const wanted = { offset: Number(place.at), length, total: total ?? 0 };
    const page = await showString(node, key, wanted, shower);
    return {
      value: page.value,
      nextCursor: next(page.next === null ? null : { at: String(page.next), skip: 0 }),
      warnings: page.warnings,
    };
  }
  // Of large elements a page holds fewer: what is asked for crosses the wire whole.
  const fitting = bytes && total ? Math.floor(PAGE_BYTES / (bytes / total)) : limit;
  const want = Math.max(1, Math.min(limit, fitting));
  const page = await showElements(node, key, type, { place, want }, shower);
  const hidden =
    !reveal && shower.hidesAll ? ['This key is hidden by the configuration (sensitive): --reveal shows it.'] : [];
  return { value: page.value, nextCursor: next(page.next), warnings: hidden };
}

function startAt(offset: number | undefined): ValuePlace {
  return offset === undefined ? VALUE_START : { at: String(offset), skip: 0 };
}

function assertFits(type: string, offset: number | undefined, length: number | undefined): void {
  if (offset !== undefined && !['string', 'list', 'zset'].includes(type))
    throw new RcmError('RCM_USAGE', `A ${type} has no positions for --offset`, 'Go on with --cursor instead.');
  if (length !== undefined && type !== 'string')
    throw new RcmError('RCM_USAGE', `--length is for strings: this is a ${type}`, 'Use --limit instead.');
}

/** As a cursor holds it. */
type Place = [at: string, skip?: number];

function isPlace(place: unknown): place is Place {
  if (!Array.isArray(place) || place.length > 2) return false;
  const [at, skip = 0] = place as unknown[];
  return typeof at === 'string' && /^\d{1,20}(-\d{1,20})?$/.test(at) && Number.isInteger(skip) && (skip as number) >= 0;
}

function placeIn([at, skip = 0]: Place): ValuePlace {
  return { at, skip };
}
