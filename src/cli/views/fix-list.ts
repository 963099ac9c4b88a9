import { formatPercent } from '../../core/domain/format.js';
import type { ListedFix } from '../../core/services/fix/report.js';
import type { Column } from '../table/column.js';
import { percent } from './figures.js';

/** The journal of fixes, a line each. */
export const FIX_COLUMNS: Column<ListedFix>[] = [
  { name: 'id', header: 'Fix', value: (f) => f.fixId, fromWidth: 0 },
  { name: 'time', header: 'When', value: (f) => f.plannedAt.toISOString(), text: timeOf, fromWidth: 0 },
  { name: 'company', header: 'Company', value: (f) => f.companyName ?? f.companyId, shrinks: true, fromWidth: 0 },
  { name: 'companyId', header: 'Id', value: (f) => f.companyId, shrinks: true },
  { name: 'issue', header: 'Issue', value: (f) => f.issueCode, fromWidth: 0 },
  { name: 'status', header: 'Status', value: (f) => f.status, text: statusOf, fromWidth: 0 },
  {
    name: 'before',
    header: 'Before',
    value: (f) => f.hitRate,
    text: (f) => percent(f.hitRate),
    align: 'right',
    fromWidth: 90,
  },
  {
    name: 'predicted',
    header: 'Predicted',
    value: (f) => f.predicted.hitRate?.after ?? null,
    text: predictedOf,
    align: 'right',
    fromWidth: 0,
  },
  {
    name: 'measured',
    header: 'Measured',
    value: (f) => f.measured?.hitRate ?? null,
    text: (f) => percent(f.measured?.hitRate ?? null),
    align: 'right',
    fromWidth: 0,
  },
  { name: 'reads', header: 'Reads', value: (f) => f.measured?.reads ?? null, align: 'right' },
  { name: 'actor', header: 'Who', value: (f) => f.actor, shrinks: true, fromWidth: 110 },
  { name: 'reason', header: 'Why', value: (f) => f.reason, shrinks: true },
  { name: 'action', header: 'What', value: (f) => f.action, shrinks: true },
  { name: 'backup', header: 'Backup', value: (f) => f.backup, none: '' },
  { name: 'undo', header: 'Undo', value: (f) => f.undoCommand, none: '', fromWidth: 130 },
];

function timeOf({ plannedAt }: ListedFix): string {
  return plannedAt.toISOString().slice(0, 16).replace('T', ' ');
}

function statusOf({ status, temporary }: ListedFix): string {
  return `${status.replace('_', ' ')}${temporary && status === 'applied' ? ' (temporary)' : ''}`;
}

/** From and to by one replay: what was measured before was over another time. */
function predictedOf({ predicted: { hitRate } }: ListedFix): string {
  if (hitRate === null) return percent(null);
  return `${formatPercent(hitRate.before)} → ${formatPercent(hitRate.after)}`;
}
