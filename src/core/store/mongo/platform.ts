import { databaseOf, type Mongo } from './connect.js';

/** Which of these collections do not exist. A user who may not list collections is told of none: reading them decides. */
export async function missingCollections(mongo: Mongo, names: string[]): Promise<Set<string>> {
  try {
    const found = await databaseOf(mongo)
      .listCollections({ name: { $in: names } }, { nameOnly: true })
      .toArray();
    const existing = new Set(found.map(({ name }) => name));
    return new Set(names.filter((name) => !existing.has(name)));
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'number') return new Set();
    throw error;
  }
}
