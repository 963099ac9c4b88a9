import type { CompanyUsage } from '../../domain/company.js';
import type { UsageRepository } from '../store.js';
import type { Database } from './database.js';

const NOT_IMPORTED = 'nothing was imported, and no MongoDB is configured';

/** Usage as it was imported; its age is the import's. */
export function usageRepository(db: Database): UsageRepository {
  return {
    read: async (now) => {
      const rows = db.all(
        'SELECT company_id, storage_bytes, calls, minutes, recording_bytes, imported_at FROM company',
      );
      const byCompany = new Map(
        rows.map((row): [string, CompanyUsage] => [
          String(row.company_id),
          {
            storageBytes: row.storage_bytes as number | null,
            calls: row.calls as number | null,
            minutes: row.minutes as number | null,
            recordingBytes: row.recording_bytes as number | null,
          },
        ]),
      );
      const first = rows[0];
      if (!first) {
        const unknown = (['storage', 'calls'] as const).map((part) => ({ part, reason: NOT_IMPORTED, failed: false }));
        return { measuredAt: now, byCompany, unknown };
      }
      return { measuredAt: new Date(Number(first.imported_at)), byCompany, unknown: [] };
    },
  };
}
