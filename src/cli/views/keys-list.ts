import type { KeysListReport, ListedKey } from '../../core/services/keys/list-report.js';
import { type Column, printable } from '../table/column.js';
import { age, count, bytes as size, snapshotTime } from './figures.js';

export const KEY_COLUMNS: Column<ListedKey>[] = [
  { name: 'key', header: 'Key', value: (k) => k.key, shrinks: 'middle', fromWidth: 0 },
  { name: 'type', header: 'Type', value: (k) => k.type, fromWidth: 0 },
  { name: 'size', header: 'Size', value: (k) => k.bytes, text: (k) => size(k.bytes), align: 'right', fromWidth: 0 },
  {
    name: 'ttl',
    header: 'Expires in',
    // Never is no unknown.
    value: (k) => k.ttlSeconds ?? 'never',
    text: (k) => k.ttl,
    align: 'right',
    fromWidth: 0,
  },
  {
    name: 'idle',
    header: 'Unused for',
    value: (k) => k.idleSeconds,
    text: (k) => age(k.idleSeconds ?? 0),
    align: 'right',
    fromWidth: 0,
  },
];

/** What a list without keys says. */
export function noKeys({ company, nextCursor }: KeysListReport): string {
  const whose = printable(company.companyName ?? company.companyId);
  return nextCursor === null ? `No keys of ${whose} fit.` : `No keys of ${whose} on this page.`;
}

/** How many of all are shown; null where that is all, or not known. */
export function shownOf({ keys, matched }: KeysListReport): string | null {
  if (keys === null || matched === null || matched.keys <= keys.length) return null;
  return `The first ${count(keys.length)} of ${count(matched.keys)} keys (${size(matched.bytes)}): --limit shows more.`;
}

/** What a snapshot knows of the keys. */
export function keptText({ company, matched, snapshot }: KeysListReport): string {
  const whose = printable(company.companyName ?? company.companyId);
  const kept = `${count(matched?.keys ?? null)} ${matched?.keys === 1 ? 'key' : 'keys'} (${size(matched?.bytes ?? null)}) of ${whose}`;
  const from = snapshot === null ? '' : `, from the snapshot of ${snapshotTime(snapshot)}`;
  return `${kept}${from}.\nA snapshot holds no names of keys: without --from-snapshot they are read.`;
}
