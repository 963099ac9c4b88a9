import type { Company } from '../../domain/company.js';
import { RcmError } from '../../errors.js';
import type { PlatformCollections } from '../platform-collections.js';
import type { CompanyListing, CompanyRepository } from '../store.js';
import { databaseOf, type Mongo } from './connect.js';
import { unreadReason } from './errors.js';
import { missingCollections } from './platform.js';
import { idText, valueAt } from './values.js';

/** The platform's own company collection: read only. */
export function companyRepository(mongo: Mongo, settings: PlatformCollections['companies']): CompanyRepository {
  const { collection, idField, nameField } = settings;
  const projection = { ...(idField !== '_id' && { _id: 0 }), [idField]: 1, [nameField]: 1 };

  const list = async (current: boolean): Promise<CompanyListing> => {
    try {
      if ((await missingCollections(mongo, [collection])).has(collection)) {
        return { source: 'unread', reason: `collection '${collection}' does not exist`, failed: false };
      }
      const docs = await databaseOf(mongo)
        .collection(collection, { readPreference: current ? 'primary' : 'secondaryPreferred' })
        .find({}, { projection, maxTimeMS: mongo.operationMs })
        .toArray();
      if (docs.length === 0) return { source: 'unread', reason: `collection '${collection}' is empty`, failed: false };
      const companies = distinct(docs, idField, nameField);
      if (companies.length > 0) return { source: 'collection', companies };
      return {
        source: 'unread',
        reason: `no document of collection '${collection}' has the field '${idField}'`,
        failed: false,
      };
    } catch (error) {
      const reason = unreadReason(error, collection);
      if (reason === null) throw error;
      return { source: 'unread', reason, failed: true };
    }
  };

  return {
    list: ({ current = false } = {}) => mongo.run(() => list(current)),
    replaceImported: async () => {
      throw new RcmError(
        'RCM_NOT_APPLICABLE',
        `Companies are read from MongoDB (collection '${collection}'); none can be imported`,
        'Remove the MongoDB URI from the configuration to import a list instead.',
      );
    },
  };
}

/** One company per id; of several documents the first with a name gives it. */
function distinct(docs: unknown[], idField: string, nameField: string): Company[] {
  const byId = new Map<string, Company>();
  for (const doc of docs) {
    const companyId = idText(valueAt(doc, idField));
    if (companyId === null) continue;
    const name = valueAt(doc, nameField);
    const companyName = byId.get(companyId)?.companyName ?? (typeof name === 'string' ? name : null);
    byId.set(companyId, { companyId, companyName });
  }
  return [...byId.values()];
}
