import { readFileSync } from 'node:fs';
import type { Document } from './bson.js';

interface MongoError {
  code: number;
  codeName: string;
}

const DUPLICATE_KEY = 11000;

/** MongoDB's error for each SQLSTATE of the extension, from error-codes.csv (ErrorName,ErrorCode,ExternalError,ErrorOrdinal). */
const byState = new Map<string, MongoError>(
  readFileSync(new URL('./error-codes.csv', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [codeName = '', state = '', code] = line.split(',');
      return [state, { code: Number(code), codeName }];
    }),
);
// PostgreSQL's own unique and exclusion violations.
for (const state of ['23505', '23P01']) byState.set(state, { code: DUPLICATE_KEY, codeName: 'DuplicateKey' });

/** An error that PostgreSQL raised, as MongoDB would reply. */
export function failureReply(error: unknown): Document {
  const state = error instanceof Error && 'code' in error ? String(error.code) : 'Error';
  const found = byState.get(state) ?? { code: 8000, codeName: state };
  const text = error instanceof Error ? error.message : String(error);
  return { ok: 0, errmsg: errorText(found.code, text), ...found };
}

/** Puts MongoDB's codes where a reply carries the extension's, which are SQLSTATEs packed into an integer. */
export function withMongoCodes(reply: Document): Document {
  const errors: Document[] = [...(reply.writeErrors ?? []), ...(reply.code ? [reply] : [])];
  for (const error of errors) {
    const found = byState.get(unpackState(Number(error.code)));
    if (!found) continue;
    error.code = found.code;
    error.errmsg = errorText(found.code, String(error.errmsg));
    if (error === reply) error.codeName = found.codeName;
  }
  return reply;
}

/** PostgreSQL packs the five characters of a SQLSTATE into six bits each (MAKE_SQLSTATE in elog.h). */
function unpackState(packed: number): string {
  return [0, 6, 12, 18, 24].map((shift) => String.fromCharCode(((packed >> shift) & 63) + 48)).join('');
}

/** Drivers, Mongoose among them, know a duplicate key by this prefix. */
function errorText(code: number, text: string): string {
  return code === DUPLICATE_KEY && !text.startsWith('E11000') ? `E11000 duplicate key error: ${text}` : text;
}
