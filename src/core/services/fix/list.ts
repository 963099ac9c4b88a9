import type { PlannedStep } from '../../domain/fix/plan.js';
import { stepText } from '../../domain/fix/step-text.js';
import type { FixRecord } from '../../domain/fix.js';
import { commandOn } from '../../domain/shell-word.js';
import { messageOf } from '../../errors.js';
import type { Store } from '../../store/store.js';
import type { NameOf } from '../company/names.js';
import { measureFix } from './measure.js';
import type { FixPorts } from './ports.js';
import type { FixReport, ListedFix } from './report.js';

export interface ListFilter {
  companyId?: string;
  limit: number;
}

/**
 * The newest fixes, each with what was predicted and, once enough was read since, what was measured.
 * @param ports null: Redis is away, and what was measured before is shown
 * @throws RCM_STORE_*, RCM_MONGODB_*
 */
export async function listFixes(
  store: Store,
  ports: FixPorts | null,
  filter: ListFilter,
  names: NameOf,
): Promise<{ fixes: ListedFix[]; warnings: string[] }> {
  const warnings: string[] = [];
  const fixes: ListedFix[] = [];
  let measuring = ports;
  for (const record of await store.fixes.list(filter)) {
    let now = record;
    if (measuring !== null)
      now = await measureFix(measuring, record).catch((error: unknown) => {
        warnings.push(`Not measured since: ${messageOf(error)}.`);
        measuring = null;
        return record;
      });
    fixes.push(listed(now, names));
  }
  return { fixes, warnings };
}

function listed(record: FixRecord, names: NameOf): ListedFix {
  const { fixId, plannedAt, finishedAt, companyId, issueCode, status, actor, reason, before, predicted } = record;
  const nothing = { before: null, after: null };
  return {
    ...{ fixId, plannedAt, finishedAt, companyId, issueCode, status, actor, reason },
    companyName: names(companyId) ?? (before.companyName as string | null | undefined) ?? null,
    action: (before.action as string | undefined) ?? null,
    temporary: before.temporary === true,
    hitRate: (before.hitRate as number | null | undefined) ?? null,
    predicted: {
      hitRate: null,
      cacheBytes: nothing,
      storageCost: nothing,
      ...(predicted as Partial<ListedFix['predicted']>),
    },
    measured: record.measured as ListedFix['measured'],
    backup: backupOf(record),
    undoCommand: undoCommandOf(record),
  };
}

/** Where the keys that a fix cleared are; null: it cleared none. */
export function backupOf({ steps }: Pick<FixRecord, 'steps'>): string | null {
  const backup = steps.find(({ name }) => name === 'clear')?.params?.backup;
  return typeof backup === 'string' ? backup : null;
}

/** null where there is nothing to undo. */
export function undoCommandOf({ fixId, status }: FixRecord): string | null {
  return status === 'applied' ? commandOn('rcm fix undo', fixId) : null;
}

/** Steps for people. */
export function stepsOf(steps: FixRecord['steps']): FixReport['steps'] {
  return steps.map(({ name, params, done }) => ({
    name,
    text: params === undefined ? name : stepText({ name, params } as unknown as PlannedStep),
    done,
  }));
}
