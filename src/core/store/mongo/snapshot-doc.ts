import { Schema, type Types } from 'mongoose';
import type { CompanySnapshot } from '../../domain/snapshot.js';

/**
 * One company's row of history as MongoDB keeps it. MongoDB stores every field's name in every document, so names are
 * short, and what is unknown (null) is left out. `s` is the _id of the snapshot's platform row.
 */
const SHORT_NAMES = {
  companyId: 'c',
  companyName: 'n',
  takenAt: 't',
  orphan: 'o',
  cacheBytes: 'b',
  keys: 'k',
  hits: 'h',
  misses: 'm',
  errors: 'e',
  readUs: 'u',
  coveredMs: 'v',
  clears24h: 'x',
  storageBytes: 'd',
  calls: 'a',
  minutes: 'i',
  recordingBytes: 'r',
  redisCost: 'p',
  mongodbCost: 'q',
  twilioCost: 'w',
  score: 'z',
  status: 'y',
} as const satisfies Record<keyof CompanySnapshot, string>;

const NAMES = Object.entries(SHORT_NAMES) as [keyof CompanySnapshot, string][];
const TYPES: Partial<Record<keyof CompanySnapshot, unknown>> = {
  companyId: String,
  companyName: String,
  takenAt: Date,
  orphan: Boolean,
  status: String,
};

export type CompanySnapshotDoc = { s: Types.ObjectId } & Record<string, unknown>;

export const SNAPSHOT_FIELDS = {
  s: Schema.Types.ObjectId,
  ...Object.fromEntries(NAMES.map(([alias, name]) => [name, { type: TYPES[alias] ?? Number, alias }])),
};

export function snapshotToDoc(row: CompanySnapshot, snapshotId: Types.ObjectId): CompanySnapshotDoc {
  const doc: CompanySnapshotDoc = { s: snapshotId };
  for (const [name, short] of NAMES) if (row[name] !== null) doc[short] = row[name];
  return doc;
}

export function snapshotFromDoc(doc: CompanySnapshotDoc): Record<string, unknown> {
  return Object.fromEntries(NAMES.map(([name, short]) => [name, doc[short] ?? null]));
}
