import type { PlatformCollections } from '../platform-collections.js';
import type { StoreFinding } from '../store.js';
import { databaseOf, type Mongo } from './connect.js';
import { unreadReason } from './errors.js';
import type { Models } from './models.js';
import { missingCollections } from './platform.js';

/** The server's version, each collection that is read, its index on the company field, and the right to write. */
export async function diagnoseMongo(
  mongo: Mongo,
  models: Models,
  { companies, calls, storage }: PlatformCollections,
): Promise<StoreFinding[]> {
  const fields = new Map<string, Set<string>>([[companies.collection, new Set()]]);
  for (const { collection, companyField } of [...storage, calls])
    fields.set(collection, (fields.get(collection) ?? new Set()).add(companyField));
  const missing = await missingCollections(mongo, [...fields.keys()]);
  const findings = [await serverVersion(mongo)];
  for (const [collection, companyFields] of fields) {
    const found = missing.has(collection) ? [absent(collection)] : await present(mongo, collection, [...companyFields]);
    findings.push(...found);
  }
  return [...findings, await writable(models)];
}

async function serverVersion(mongo: Mongo): Promise<StoreFinding> {
  const info = await databaseOf(mongo).command({ buildInfo: 1 });
  const message = `Reached ${mongo.location}: version ${String(info.version)}`;
  return { name: 'server', state: 'ok', message, hint: null };
}

function absent(collection: string): StoreFinding {
  const hint = 'Name the right one: see mongodb.companies, mongodb.calls and mongodb.storage in docs/configuration.md.';
  return { name: collection, state: 'warning', message: `Collection '${collection}' does not exist`, hint };
}

async function present(mongo: Mongo, collection: string, companyFields: string[]): Promise<StoreFinding[]> {
  const handle = databaseOf(mongo).collection(collection, { readPreference: 'secondaryPreferred' });
  try {
    const count = await handle.estimatedDocumentCount({ maxTimeMS: mongo.operationMs });
    const message = `Collection '${collection}' has ${count.toLocaleString('en-US')} documents`;
    const size: StoreFinding =
      count > 0
        ? { name: collection, state: 'ok', message, hint: null }
        : { name: collection, state: 'warning', message, hint: 'If it should hold some, check the names.' };
    const indexes = await handle.indexes().catch(() => null);
    const unindexed = companyFields.filter((field) => indexes?.every((i) => Object.keys(i.key)[0] !== field));
    return [size, ...unindexed.map((field) => missingIndex(collection, field))];
  } catch (error) {
    const reason = unreadReason(error, collection);
    if (reason === null) throw error;
    return [{ name: collection, state: 'failed', message: reason, hint: "Grant the role 'read' on this database." }];
  }
}

function missingIndex(collection: string, field: string): StoreFinding {
  return {
    name: `${collection}.${field}`,
    state: 'warning',
    message: `Collection '${collection}' has no index that begins with '${field}': reading usage looks at every document`,
    hint: `db.${collection}.createIndex({ ${field}: 1 })`,
  };
}

/** An update that matches no document needs the right to write, and writes nothing. */
async function writable(models: Models): Promise<StoreFinding> {
  const what = 'Prices, policies and snapshots (rcm_* collections)';
  try {
    const probe = { _id: 'probe-that-does-not-exist' as never };
    await models.usage.collection.updateOne(probe, { $set: { probe: 1 } }, { upsert: false });
    return { name: 'write', state: 'ok', message: `${what} can be written`, hint: null };
  } catch (error) {
    if (unreadReason(error, 'rcm_usage') === null) throw error;
    const hint = "Grant the role 'readWrite' on this database.";
    return { name: 'write', state: 'failed', message: `${what} cannot be written`, hint };
  }
}
