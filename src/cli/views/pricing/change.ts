import { statusIcon } from '../../../core/domain/health.js';
import { signedDollars } from '../../../core/domain/pricing-change/impact.js';
import type { PricingChangeReport } from '../../../core/services/pricing/report.js';
import { type Column, printable } from '../../table/column.js';
import { renderTable } from '../../table/render.js';
import { wrap } from '../../table/wrap.js';
import type { Terminal } from '../../terminal.js';
import { age, dollars } from '../figures.js';
import { settingValue } from './value.js';

type Impact = NonNullable<PricingChangeReport['impact']>;
type Changed = Impact['changed'][number];
type ChangedSetting = PricingChangeReport['changes'][number];

const SETTINGS: Column<ChangedSetting>[] = [
  { name: 'path', header: 'Setting', value: settingName, shrinks: true },
  { name: 'old', header: 'Before', value: (c) => settingValue(c.path, c.oldValue), align: 'right' },
  { name: 'new', header: 'After', value: (c) => settingValue(c.path, c.newValue), align: 'right' },
  { name: 'percent', header: '', value: percentOf, align: 'right' },
];

const COMPANIES: Column<Changed>[] = [
  { name: 'name', header: 'Company', value: (c) => c.companyName ?? c.companyId, shrinks: true },
  {
    name: 'cost',
    header: 'Cost/month',
    value: (c) => `${dollars(c.cost.before)} → ${dollars(c.cost.after)}`,
    align: 'right',
  },
  { name: 'status', header: 'Status', value: statusText },
  { name: 'budget', header: 'Budget', value: budgetText },
];

/** Companies and settings shown on a screen; all of them are in the JSON. */
const MOST_COMPANIES = 20;
const MOST_SETTINGS = 40;

/** What a change does, for who is asked whether to make it, or did. */
export function pricingChangeText(report: PricingChangeReport, terminal: Terminal): string {
  const { chalk, width } = terminal;
  if (report.changes.length === 0) return 'There is nothing to change: that is what stands already.';
  const { change, dryRun, reason } = report;
  return [
    ...settingsText(report, terminal),
    '',
    ...impactLines(report, terminal),
    ...(reason === '' ? [] : ['', ...wrap(`Reason: ${printable(reason)}`, width)]),
    ...(change === null ? [] : ['', chalk.bold(`Changed, as number ${change} of the history.`)]),
    ...(dryRun ? ['', 'Nothing was changed.'] : []),
  ].join('\n');
}

/** One line for who has seen the preview already. */
export function pricingDoneText({ change, changes }: PricingChangeReport): string {
  const what =
    changes.length === 1 ? printable(settingName(changes[0] as ChangedSetting)) : `${changes.length} settings`;
  return change === null ? 'Nothing was changed.' : `Changed ${what}, as number ${change} of the history.`;
}

function settingsText({ changes }: PricingChangeReport, terminal: Terminal): string[] {
  const shown = changes.slice(0, MOST_SETTINGS);
  const table = renderTable(shown, SETTINGS, terminal);
  return changes.length > shown.length
    ? [table, terminal.chalk.dim(`and ${changes.length - shown.length} more: --json has all of them`)]
    : [table];
}

/** The path, or for a budget whose company has a name: `Royal Plumbing: cache budget`. */
function settingName({ path, companyName }: ChangedSetting): string {
  return companyName === undefined ? path : `${companyName}: ${path.slice(path.lastIndexOf('.') + 1)} budget`;
}

function impactLines({ impact, generatedAt }: PricingChangeReport, terminal: Terminal): string[] {
  const { chalk, width } = terminal;
  if (impact === null) return ['What it does to the companies is unknown: there are no figures.'];
  const { affected, companies, total, twilio, changed } = impact;
  const ageSeconds = (generatedAt.getTime() - impact.measuredAt.getTime()) / 1000;
  const from = impact.source === 'snapshot' ? `by a snapshot ${age(ageSeconds)} old` : 'as measured now';
  const shown = changed.slice(0, MOST_COMPANIES);
  return [
    ...wrap(
      `${affected} of ${companies} ${companies === 1 ? 'company' : 'companies'} ${affected === 1 ? 'is' : 'are'} affected, ${from}.`,
      width,
    ),
    `Total  ${totalText(total)}`,
    ...(twilio.change ? [`Calls  ${totalText(twilio)}`] : []),
    '',
    changed.length === 0 ? 'No status changes.' : renderTable(shown, COMPANIES, terminal),
    ...(changed.length > shown.length
      ? [chalk.dim(`and ${changed.length - shown.length} more: --json has all of them`)]
      : []),
  ];
}

function totalText({ before, after, change }: Impact['total']): string {
  const moved = change === null ? '' : ` (${signedDollars(change)})`;
  return `${dollars(before)} → ${dollars(after)}/month${moved}`;
}

function percentOf({ oldValue, newValue }: ChangedSetting): string {
  if (!oldValue || newValue === null) return '';
  const percent = (newValue / oldValue - 1) * 100;
  return `${percent < 0 ? '' : '+'}${percent.toFixed(1)}%`;
}

function statusText({ status: { before, after } }: Changed): string {
  const now = `${statusIcon(after)} ${after}`;
  return before === after ? now : `${statusIcon(before)} → ${now}`;
}

function budgetText({ budget }: Changed): string {
  return Object.entries(budget)
    .filter(([, { before, after }]) => before !== after)
    .map(([line, { before, after }]) => `${line} ${short(before)} → ${short(after)}`)
    .join(', ');
}

function short(status: string): string {
  return printable(status.replace('_budget', ''));
}
