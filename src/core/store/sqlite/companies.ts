import type { Company } from '../../domain/company.js';
import type { CompanyRepository } from '../store.js';
import type { Database } from './database.js';

/** Companies as they were imported; without an import, those whose keys are found. */
export function companyRepository(db: Database): CompanyRepository {
  return {
    list: async () => {
      const rows = db.all('SELECT company_id, company_name FROM company ORDER BY company_id');
      if (rows.length === 0) return { source: 'keys' };
      const companies = rows.map(
        (row): Company => ({
          companyId: String(row.company_id),
          companyName: row.company_name === null ? null : String(row.company_name),
        }),
      );
      return { source: 'import', companies };
    },
    replaceImported: async (companies, importedAt) =>
      db.immediate(() => {
        db.run('DELETE FROM company');
        for (const c of companies) {
          db.run(
            'INSERT OR REPLACE INTO company VALUES (?, ?, ?, ?, ?, ?, ?)',
            c.companyId,
            c.companyName,
            c.storageBytes,
            c.calls,
            c.minutes,
            c.recordingBytes,
            importedAt.getTime(),
          );
        }
      }),
  };
}
