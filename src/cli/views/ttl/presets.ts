import type { TtlPresetsReport } from '../../../core/services/ttl/report.js';
import { type Column, printable } from '../../table/column.js';
import { wrap } from '../../table/wrap.js';
import type { Terminal } from '../../terminal.js';
import { bytes, dollars, percent } from '../figures.js';
import { boundsText } from './bounds.js';

export type PresetRow = TtlPresetsReport['presets'][number];

export const PRESET_COLUMNS: Column<PresetRow>[] = [
  { name: 'name', header: 'Preset', value: (p) => p.name, fromWidth: 0 },
  { name: 'rule', header: 'Rule', value: (p) => p.rule, shrinks: true, fromWidth: 0 },
  { name: 'minTtlSeconds', header: 'Minimum', value: (p) => p.chosen?.minTtlSeconds ?? null, align: 'right' },
  { name: 'maxTtlSeconds', header: 'Maximum', value: (p) => p.chosen?.maxTtlSeconds ?? null, align: 'right' },
  { name: 'chosen', header: 'Chosen', value: chosenText, none: '', fromWidth: 0 },
  {
    name: 'hitRate',
    header: 'Hit rate',
    value: (p) => p.predicted?.hitRate ?? null,
    text: (p) => percent(p.predicted?.hitRate ?? null),
    align: 'right',
    fromWidth: 0,
  },
  {
    name: 'memoryBytes',
    header: 'Memory',
    value: (p) => p.predicted?.memoryBytes ?? null,
    text: (p) => bytes(p.predicted?.memoryBytes ?? null),
    align: 'right',
    fromWidth: 0,
  },
  {
    name: 'totalCost',
    header: 'Total/month',
    value: (p) => p.predicted?.totalCost ?? null,
    text: (p) => dollars(p.predicted?.totalCost ?? null),
    align: 'right',
    fromWidth: 0,
  },
  { name: 'why', header: 'Why not', value: (p) => p.why, none: '' },
];

function chosenText({ chosen }: PresetRow): string | null {
  return chosen && boundsText(chosen);
}

/** Each preset with its rule, and with a company what it would choose. */
export function presetsText(
  { company, segment }: TtlPresetsReport,
  rows: readonly PresetRow[],
  { chalk, width }: Terminal,
): string {
  const whose = company === null ? [] : [chalk.bold(printable(headline(company, segment))), ''];
  const lines = rows.flatMap((row, n) => [
    `${chalk.bold(row.title)} (${row.name})`,
    ...wrap(row.rule, width - 2).map((line) => `  ${line}`),
    ...(company === null ? [] : wrap(`→ ${outcome(row, rows.slice(0, n))}`, width - 2).map((line) => `  ${line}`)),
  ]);
  return [...whose, ...lines].join('\n');
}

function headline(
  { companyId, companyName }: NonNullable<TtlPresetsReport['company']>,
  segment: string | null,
): string {
  return `What presets would choose for ${companyName ?? companyId}${segment === null ? '' : `, keys of '${segment}'`}`;
}

/** A reason that was told is not told again. @param above the presets before it */
function outcome({ chosen, why, predicted }: PresetRow, above: readonly PresetRow[]): string {
  const same = above.find((row) => row.chosen === null && row.why === why);
  if (chosen === null) return same === undefined ? printable(why ?? '') : `Nothing, as ${same.title}.`;
  if (predicted === null) return `${boundsText(chosen)}; what it would do cannot be told`;
  const { hitRate, memoryBytes, totalCost } = predicted;
  return `${boundsText(chosen)}: hit rate ${percent(hitRate)}, memory ${bytes(memoryBytes)}, ${dollars(totalCost)}/month`;
}
