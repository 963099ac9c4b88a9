import type Libsql from 'libsql';
import { sqliteError } from './errors.js';

/** What may be bound. No boolean: the native module aborts the process on one. */
export type SqlValue = string | number | null;
export type Row = Record<string, unknown>;

/** One open state file: statements in, plain rows out, errors as RcmError. */
export class Database {
  readonly path: string;
  readonly #db: Libsql.Database;
  readonly #statements = new Map<string, Libsql.Statement>();

  constructor(db: Libsql.Database, path: string) {
    this.#db = db;
    this.path = path;
  }

  all(sql: string, ...params: SqlValue[]): Row[] {
    return this.#guard(() => (this.#statement(sql).all(params.map(toSql)) as Row[]).map(fromSql));
  }

  /** Rows as arrays, in the order of the columns: several times as fast as objects for thousands of wide rows. */
  rows(sql: string, ...params: SqlValue[]): unknown[][] {
    return this.#guard(() => {
      const rows = this.#statement(sql).raw().all(params.map(toSql)) as unknown[][];
      for (const row of rows) for (let i = 0; i < row.length; i++) row[i] = fromSqlValue(row[i]);
      return rows;
    });
  }

  get(sql: string, ...params: SqlValue[]): Row | undefined {
    return this.all(sql, ...params)[0];
  }

  /** Returns how many rows changed. */
  run(sql: string, ...params: SqlValue[]): number {
    return this.#guard(() => this.#statement(sql).run(params.map(toSql)).changes);
  }

  exec(sql: string): void {
    this.#guard(() => this.#db.exec(sql));
  }

  /** `work` in one transaction that holds the write lock from its start, so that what it reads stays true until it writes. */
  immediate<T>(work: () => T): T {
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      // A full disk has rolled back already: a second ROLLBACK would hide the error.
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    if (this.#db.open) this.#db.close();
  }

  #statement(sql: string): Libsql.Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw sqliteError(error, this.path);
    }
  }
}

// The native module cuts text at a NUL when reading: ␀ escapes it (and itself), so that any id comes back as it went in.
const toSql = (value: SqlValue): SqlValue => (typeof value === 'string' ? escapeNul(value) : value);

/** Text as it is stored; what is bound is escaped already. */
export function escapeNul(text: string): string {
  return /[\0␀]/.test(text) ? text.replace(/[\0␀]/g, (c) => (c === '\0' ? '␀0' : '␀␀')) : text;
}

/** JSON for json_each() whose strings are escaped already: binding it escapes nothing again. */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value).replaceAll('␀', '\\u2400');
}

function fromSqlValue(value: unknown): unknown {
  if (typeof value !== 'string' || !value.includes('␀')) return value;
  return value.replace(/␀([0␀])/g, (_, c) => (c === '0' ? '\0' : '␀'));
}

function fromSql(row: Row): Row {
  for (const name of Object.keys(row)) row[name] = fromSqlValue(row[name]);
  return row;
}
