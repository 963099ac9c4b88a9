import mongoose from 'mongoose';

/**
 * An id as text: an ObjectId is its hex, so that a document that refers to it by text means the same company.
 * null for what is no id (missing, null).
 */
export function idText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  // An ObjectId, a UUID, a Long and a Decimal128 have a telling toString of their own; a plain object has none.
  if (Object.prototype.toString.call(value) === '[object Object]' && String(value) === '[object Object]') {
    return mongoose.mongo.BSON.EJSON.stringify(value);
  }
  return String(value);
}

/** Any of MongoDB's numbers (int, long, double, decimal) as a number; null for what is none or not finite. */
export function numberOf(value: unknown): number | null {
  const { Decimal128, Long } = mongoose.mongo.BSON;
  const number =
    typeof value === 'number'
      ? value
      : value instanceof Decimal128 || value instanceof Long || typeof value === 'bigint'
        ? Number(value.toString())
        : Number.NaN;
  return Number.isFinite(number) ? number : null;
}

/** The value at a dotted path of a document. */
export function valueAt(doc: unknown, path: string): unknown {
  let value = doc;
  for (const name of path.split('.')) value = (value as Record<string, unknown> | null | undefined)?.[name];
  return value;
}
