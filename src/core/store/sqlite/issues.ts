import { type IssueKey, type IssueState, issueChanges, issueId } from '../../domain/issue.js';
import { DAY_MS } from '../../domain/units.js';
import { assertStorable, checkStored, SHAPES } from '../shapes.js';
import type { IssueRepository } from '../store.js';
import type { Database, Row } from './database.js';

const ONE = "(company_id IS NULL) = ? AND ifnull(company_id, '') = ? AND code = ?";
const keyOf = ({ companyId, code }: IssueKey) => [companyId === null ? 1 : 0, companyId ?? '', code] as const;

/** Issues through time, changed under SQLite's write lock. */
export function issueRepository(db: Database): IssueRepository {
  const fromRow = (row: Row): IssueState =>
    checkStored(
      SHAPES.issue,
      {
        companyId: row.company_id,
        code: row.code,
        severity: row.severity,
        firstSeen: new Date(Number(row.first_seen)),
        lastSeen: new Date(Number(row.last_seen)),
        resolvedAt: dateOf(row.resolved_at),
        notifiedAt: dateOf(row.notified_at),
      },
      `issue ${row.code} of ${row.company_id === null ? 'the platform' : `company '${row.company_id}'`}`,
      db.path,
    );
  const read = (): IssueState[] =>
    db.all('SELECT * FROM issue ORDER BY company_id IS NOT NULL, company_id, code').map(fromRow);
  const write = (state: IssueState): void => {
    assertStorable(SHAPES.issue, state, 'issue');
    const { companyId, code, severity, firstSeen, lastSeen, resolvedAt, notifiedAt } = state;
    db.run(`DELETE FROM issue WHERE ${ONE}`, ...keyOf(state));
    db.run(
      `INSERT INTO issue (company_id, code, severity, first_seen, last_seen, resolved_at, notified_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      companyId,
      code,
      severity,
      firstSeen.getTime(),
      lastSeen.getTime(),
      resolvedAt?.getTime() ?? null,
      notifiedAt?.getTime() ?? null,
    );
  };
  return {
    list: async ({ open } = {}) => read().filter((state) => !open || state.resolvedAt === null),
    record: async (sighting) =>
      db.immediate(() => {
        for (const state of issueChanges(read(), sighting)) write(state);
        const seen = new Set(sighting.seen.map(issueId));
        return read().filter((state) => state.resolvedAt === null && seen.has(issueId(state)));
      }),
    markNotified: async (issues, at) =>
      db.immediate(() => {
        const sql = `UPDATE issue SET notified_at = ? WHERE ${ONE} AND resolved_at IS NULL`;
        for (const issue of issues) db.run(sql, at.getTime(), ...keyOf(issue));
      }),
    prune: async (now, retention) =>
      db.immediate(() => {
        const gone = db.run('DELETE FROM issue WHERE resolved_at < ?', now.getTime() - retention.actDays * DAY_MS);
        if (gone > 0) forgetTold(db);
        return gone;
      }),
  };
}

/** What targets were told of issues that are no more. */
function forgetTold(db: Database): void {
  const keys = db.all('SELECT company_id, code FROM issue') as { company_id: string | null; code: string }[];
  const kept = new Set(keys.map((row) => issueId({ companyId: row.company_id, code: row.code })));
  const told = db.all('SELECT DISTINCT issue FROM notification').map((row) => String(row.issue));
  for (const issue of told) if (!kept.has(issue)) db.run('DELETE FROM notification WHERE issue = ?', issue);
}

function dateOf(value: unknown): Date | null {
  return value === null ? null : new Date(Number(value));
}
