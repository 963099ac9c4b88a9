import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, QueryResultRow } from 'pg';
import { type Document, decode, encode, sqlBson } from './bson.js';
import { failureReply, withMongoCodes } from './errors.js';

/** A reply: a document, or its bytes as the extension made them. */
export type Reply = Document | Buffer;
type Handler = (db: string, command: Document) => Promise<Reply> | Reply;
interface Row extends QueryResultRow {
  reply: Buffer;
}

/** The version that is spoken, as buildInfo says it. */
export const SPOKEN_VERSION = '7.0.0';
const BSON = '::documentdb_core.bson';
// What the extension's functions do not take.
const NOT_FOR_THE_ENGINE = [
  ...['$db', 'lsid', '$clusterTime', '$readPreference', 'txnNumber', 'writeConcern', 'readConcern', 'maxTimeMS'],
  ...['apiVersion', 'comment'],
];
const INDEX_BUILD_CHECKS = 600;

/** Answers MongoDB's commands with the extension's SQL functions: each command's BSON goes in, its reply comes out. */
export function commandRunner(pool: Pool): (command: Document) => Promise<Reply> {
  const handlers: Record<string, Handler> = { ...greetings(), ...cursors(pool), ...writes(pool), ...catalogue(pool) };
  return async (command) => {
    const name = Object.keys(command)[0] ?? '';
    const handler = handlers[name];
    if (command.startTransaction || command.autocommit === false) {
      return error(20, 'IllegalOperation', 'Transaction numbers are only allowed on a replica set member or mongos');
    }
    if (!handler) return error(59, 'CommandNotFound', `no such command: '${name}'`);
    try {
      return await handler(String(command.$db ?? 'admin'), withoutExtras(command));
    } catch (failure) {
      return failureReply(failure);
    }
  };
}

function greetings(): Record<string, Handler> {
  let connectionId = 0;
  const hello: Handler = () => ({
    helloOk: true,
    ismaster: true,
    isWritablePrimary: true,
    maxBsonObjectSize: 16_777_216,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    connectionId: ++connectionId,
    minWireVersion: 0,
    maxWireVersion: 21,
    readOnly: false,
    ok: 1,
  });
  const buildInfo: Handler = () => ({
    version: SPOKEN_VERSION,
    versionArray: SPOKEN_VERSION.split('.').map(Number).concat(0),
    gitVersion: 'documentdb',
    maxBsonObjectSize: 16_777_216,
    bits: 64,
    debug: false,
    modules: [],
    ok: 1,
  });
  const done: Handler = () => ({ ok: 1 });
  return {
    ...{ hello, ismaster: hello, isMaster: hello, buildInfo, buildinfo: buildInfo },
    ...{ ping: done, endSessions: done, refreshSessions: done },
    connectionStatus: () => ({ authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] }, ok: 1 }),
    serverStatus: () => ({ version: SPOKEN_VERSION, uptime: process.uptime(), localTime: new Date(), ok: 1 }),
  };
}

function cursors(pool: Pool): Record<string, Handler> {
  const open = new Map<string, Buffer>(); // cursor id → where it continues
  let lastId = BigInt(Date.now());
  const firstPage =
    (sqlFunction: string): Handler =>
    async (db, command) => {
      lastId += 1n;
      const sql = `SELECT cursorpage::bytea reply, continuation::bytea next, cursorid
                   FROM documentdb_api.${sqlFunction}($1, $2${BSON}, $3)`;
      const row = await one(pool, sql, [db, sqlBson(encode(command)), lastId.toString()]);
      if (row.next !== null) open.set(String(row.cursorid), row.next);
      return row.reply;
    };
  return {
    find: firstPage('find_cursor_first_page'),
    aggregate: firstPage('aggregate_cursor_first_page'),
    listCollections: firstPage('list_collections_cursor_first_page'),
    listIndexes: firstPage('list_indexes_cursor_first_page'),
    async getMore(db, command) {
      const id = String(command.getMore);
      const continuation = open.get(id);
      if (!continuation) return error(43, 'CursorNotFound', `cursor id ${id} not found`);
      const sql = `SELECT cursorpage::bytea reply, continuation::bytea next
                   FROM documentdb_api.cursor_get_more($1, $2${BSON}, $3${BSON})`;
      const row = await one(pool, sql, [db, sqlBson(encode(command)), sqlBson(continuation)]);
      if (row.next === null) open.delete(id);
      else open.set(id, row.next);
      return row.reply;
    },
    killCursors(_db, command) {
      for (const id of command.cursors) open.delete(String(id));
      return { cursorsKilled: command.cursors, cursorsNotFound: [], cursorsAlive: [], cursorsUnknown: [], ok: 1 };
    },
  };
}

function writes(pool: Pool): Record<string, Handler> {
  const write =
    (sqlFunction: string): Handler =>
    async (db, command) => {
      const sql = `SELECT p_result::bytea reply FROM documentdb_api.${sqlFunction}($1, $2${BSON})`;
      return withMongoCodes(decode((await one(pool, sql, [db, sqlBson(encode(command))])).reply));
    };
  const findAndModify = write('find_and_modify');
  return {
    ...{ insert: write('insert'), update: write('update'), delete: write('delete') },
    ...{ findAndModify, findandmodify: findAndModify },
  };
}

function catalogue(pool: Pool): Record<string, Handler> {
  const query =
    (expression: string, ...parameters: ((db: string, command: Document) => string)[]): Handler =>
    async (db, command) => {
      const values = parameters.map((parameter) => parameter(db, command));
      return (await one(pool, `SELECT (documentdb_api.${expression})::bytea reply`, values)).reply;
    };
  const read =
    (sqlFunction: string): Handler =>
    async (db, command) => {
      const sql = `SELECT document::bytea reply FROM documentdb_api.${sqlFunction}($1, $2${BSON})`;
      return (await one(pool, sql, [db, sqlBson(encode(command))])).reply;
    };
  const dbName = (db: string): string => db;
  const whole = (_db: string, command: Document): string => sqlBson(encode(command));
  const named = (field: string) => (_db: string, command: Document) => String(command[field]);
  return {
    ...{ count: read('count_query'), distinct: read('distinct_query') },
    listDatabases: query(`list_databases($1${BSON})`, whole),
    create: query(`create_collection_view($1, $2${BSON})`, dbName, whole),
    collStats: query('coll_stats($1, $2)', dbName, named('collStats')),
    dbStats: query('db_stats($1)', dbName),
    collMod: query(`coll_mod($1, $2, $3${BSON})`, dbName, named('collMod'), whole),
    createIndexes: (db, command) => createIndexes(pool, db, command),
    async dropIndexes(db, command) {
      await pool.query(`CALL documentdb_api.drop_indexes($1, $2${BSON})`, [db, sqlBson(encode(command))]);
      return { ok: 1 };
    },
    async drop(db, command) {
      const result = await pool.query('SELECT documentdb_api.drop_collection($1, $2) dropped', [db, command.drop]);
      if (!result.rows[0]?.dropped) return error(26, 'NamespaceNotFound', 'ns not found');
      return { ns: `${db}.${command.drop}`, ok: 1 };
    },
    async dropDatabase(db) {
      await pool.query('SELECT documentdb_api.drop_database($1)', [db]);
      return { dropped: db, ok: 1 };
    },
  };
}

/** A background worker of the engine builds indexes: wait for it, as MongoDB does. */
async function createIndexes(pool: Pool, db: string, command: Document): Promise<Reply> {
  const start = `SELECT retval::bytea reply, requests::bytea requests
                 FROM documentdb_api.create_indexes_background($1, $2${BSON})`;
  const started = await one(pool, start, [db, sqlBson(encode(command))]);
  const nothingToBuild = !started.requests || started.requests.length <= 5; // 5 bytes: an empty document
  for (let checks = 0; !nothingToBuild && checks < INDEX_BUILD_CHECKS; checks++) {
    const check = `SELECT retval::bytea reply, complete FROM documentdb_api_internal.check_build_index_status($1${BSON})`;
    const state = await one(pool, check, [sqlBson(started.requests)]);
    if (state.complete) {
      const result = decode(state.reply);
      if (Number(result.ok) === 0) return withMongoCodes(result.raw?.defaultShard ?? result);
      break;
    }
    await sleep(100);
  }
  const result = decode(started.reply);
  return withMongoCodes(result.raw?.defaultShard ?? result);
}

async function one(pool: Pool, sql: string, values: string[]): Promise<Row> {
  const { rows } = await pool.query<Row>(sql, values);
  return rows[0] as Row;
}

function withoutExtras(command: Document): Document {
  return Object.fromEntries(Object.entries(command).filter(([name]) => !NOT_FOR_THE_ENGINE.includes(name)));
}

function error(code: number, codeName: string, errmsg: string): Document {
  return { ok: 0, code, codeName, errmsg };
}
