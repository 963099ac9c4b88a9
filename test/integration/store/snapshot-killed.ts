// A process that is killed while it writes a snapshot: `snapshot-killed.ts STATE_FILE COMPANY_ID…`.
import Libsql from 'libsql';

const [stateFile = '', ...companyIds] = process.argv.slice(2);
const db = new Libsql(stateFile);
// So small a page cache writes the rows to the file before the commit that never comes.
db.exec('PRAGMA cache_size = 1; BEGIN IMMEDIATE');
for (const companyId of companyIds) {
  db.prepare('INSERT OR IGNORE INTO snapshot_subject (company_id, company_name) VALUES (?, ?)').run([companyId, 'x']);
  db.prepare(
    `INSERT INTO snapshot_company (snapshot_id, subject_id, cache_bytes, keys, covered_ms, redis_cost, status)
     SELECT 2, id, 1, 1, 1, 1, 'healthy' FROM snapshot_subject WHERE company_id = ? AND company_name = 'x'`,
  ).run([companyId]);
}
process.kill(process.pid, 'SIGKILL');
