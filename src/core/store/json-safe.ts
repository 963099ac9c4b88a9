/** The value as it comes back from JSON (undefined dropped, dates as text), so that both engines return the same. */
export function jsonSafe<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

/** A limit that every engine takes: none, or at most so many. MongoDB takes 0 for "no limit", SQLite takes no Infinity. */
export function rowLimit(limit: number): number {
  return Math.max(0, Math.min(Math.floor(limit), 2 ** 31 - 1));
}
