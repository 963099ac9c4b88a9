import type { PlatformUsage } from '../../domain/company.js';
import type { PlatformCollections } from '../platform-collections.js';
import { SHAPES } from '../shapes.js';
import { USAGE_KEPT_MS, type UsageRepository } from '../store.js';
import type { Mongo } from './connect.js';
import type { Models } from './models.js';
import { readUsage } from './usage-reading.js';

const ID = 'usage';

/** Usage per company, from the platform's own collections; a reading is kept for 15 minutes. */
export function usageRepository(
  mongo: Mongo,
  { usage: model }: Models,
  collections: PlatformCollections,
): UsageRepository {
  const settings = JSON.stringify(collections);

  const kept = async (now: Date): Promise<PlatformUsage | null> => {
    const doc = await model.findById(ID).lean();
    const reading = SHAPES.keptUsage.safeParse(doc).data;
    if (!reading || reading.collections !== settings) return null;
    const age = now.getTime() - reading.measuredAt.getTime();
    if (age < 0 || age >= USAGE_KEPT_MS) return null;
    const byCompany = new Map(
      reading.companies.map(([id, storageBytes, calls, minutes, recordingBytes]) => [
        id,
        { storageBytes, calls, minutes, recordingBytes },
      ]),
    );
    return {
      measuredAt: reading.measuredAt,
      byCompany,
      unknown: reading.unknown.map((part) => ({ ...part, failed: false })),
    };
  };

  const keep = async ({ measuredAt, byCompany, unknown }: PlatformUsage): Promise<void> => {
    const companies = [...byCompany].map(([id, u]) => [id, u.storageBytes, u.calls, u.minutes, u.recordingBytes]);
    await model.replaceOne({ _id: ID }, { measuredAt, collections: settings, companies, unknown }, { upsert: true });
  };

  return {
    read: (now, { fresh }) =>
      mongo.run(async () => {
        // What was kept only saves work: where it cannot be read or written (a read-only role), the reading stands.
        const before = fresh ? null : await kept(now).catch(() => null);
        if (before) return before;
        const { usage, settled } = await readUsage(mongo, collections, now);
        if (settled) await keep(usage).catch(() => undefined);
        return usage;
      }),
  };
}
