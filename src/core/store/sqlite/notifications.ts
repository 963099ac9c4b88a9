import { issueId, issueKeyOf } from '../../domain/issue.js';
import { CLAIM_MS, type ToldState } from '../../domain/notify/change.js';
import { checkStored, SHAPES } from '../shapes.js';
import type { NotificationRepository } from '../store.js';
import type { Database, Row } from './database.js';

/** What each target was told, changed under SQLite's write lock. */
export function notificationRepository(db: Database): NotificationRepository {
  const fromRow = (row: Row): ToldState =>
    checkStored(
      SHAPES.told,
      {
        ...issueKeyOf(String(row.issue)),
        severity: row.severity,
        toldAt: row.told_at === null ? null : new Date(Number(row.told_at)),
      },
      `notification of ${row.issue}`,
      db.path,
    );
  return {
    list: async (target) => db.all('SELECT * FROM notification WHERE target = ? ORDER BY issue', target).map(fromRow),
    claim: async (target, run, claims, at) =>
      db.immediate(() =>
        claims.filter((claim) => {
          const issue = issueId(claim);
          db.run('INSERT INTO notification (target, issue) VALUES (?, ?) ON CONFLICT DO NOTHING', target, issue);
          const claimed = db.run(
            `UPDATE notification SET claimed_by = ?, claimed_at = ? WHERE target = ? AND issue = ? AND severity IS ?
             AND (claimed_by IS NULL OR claimed_at <= ? OR claimed_at >= ?)`,
            run,
            at.getTime(),
            target,
            issue,
            claim.believed,
            at.getTime() - CLAIM_MS,
            at.getTime() + CLAIM_MS,
          );
          return claimed === 1;
        }),
      ),
    settle: async (target, run, settlements, at) =>
      db.immediate(() => {
        for (const settlement of settlements)
          db.run(
            `UPDATE notification SET severity = ?, told_at = ?, claimed_by = NULL, claimed_at = NULL
             WHERE target = ? AND issue = ? AND claimed_by = ?`,
            settlement.severity,
            at.getTime(),
            target,
            issueId(settlement),
            run,
          );
      }),
    release: async (target, run) => {
      db.run(
        'UPDATE notification SET claimed_by = NULL, claimed_at = NULL WHERE target = ? AND claimed_by = ?',
        target,
        run,
      );
    },
  };
}
