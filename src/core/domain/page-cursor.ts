import { createHash } from 'node:crypto';
import { RcmError } from '../errors.js';

/** Raised when what a cursor holds changes its meaning. */
const VERSION = 1;

/**
 * Where the next page begins, as one opaque word.
 * @param belongsTo what it is a page of: with anything else the cursor is refused
 * @param place JSON
 */
export function writeCursor(belongsTo: readonly unknown[], place: unknown): string {
  return Buffer.from(JSON.stringify([VERSION, digest(belongsTo), place])).toString('base64url');
}

/**
 * The place in a cursor.
 * @param isPlace whether it has the expected shape
 * @throws RCM_USAGE when it is no cursor, of another version, or of something else
 */
export function readCursor<T>(text: string, belongsTo: readonly unknown[], isPlace: (place: unknown) => place is T): T {
  const [version, of, place, ...more] = parse(text);
  if (typeof version !== 'number' || typeof of !== 'string' || more.length > 0)
    throw refused('is no cursor of this command');
  if (version !== VERSION) throw refused('was made by another version');
  if (of !== digest(belongsTo)) throw refused('belongs to something else: another company or key, or other filters');
  if (!isPlace(place)) throw refused('is no cursor of this command');
  return place;
}

/** A short name of what a cursor belongs to. */
export function digest(of: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify(of.map((part) => part ?? null)))
    .digest('base64url')
    .slice(0, 8);
}

function parse(text: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

function refused(why: string): RcmError {
  return new RcmError(
    'RCM_USAGE',
    `The --cursor ${why}`,
    'Give it with the same words and flags as the page before, or begin again without --cursor.',
  );
}
