import { type Check, VERDICTS, type Verdict } from '../../../core/domain/check/check.js';
import type { CheckReport } from '../../../core/services/check/report.js';
import { printable } from '../../table/column.js';

const CODES: Record<Verdict, number> = { pass: 0, warning: 1, critical: 2, unknown: 3 };

/** Labels as they are written, without the braces. */
type Sample = [labels: string, value: number];

/** Prometheus' text format, for node_exporter's textfile collector. What is unknown has no value, only a verdict. */
export function checkPrometheus(report: CheckReport): string {
  const { checks, counts, companies, exitCode, generatedAt, snapshot } = report;
  const verdicts: Sample[] = [];
  const measured: Sample[] = [];
  const limits: Sample[] = [];
  let company: { id: string | null; labels: string } = { id: null, labels: '' };
  for (const check of checks) {
    // Checks come company by company: names need escaping once for all rules.
    if (check.companyId !== company.id) company = { id: check.companyId, labels: companyLabels(check) };
    const labels = `rule="${check.rule}"${company.labels}`;
    verdicts.push([labels, CODES[check.verdict]]);
    if (check.measured !== null) measured.push([`${labels},unit="${check.unit}"`, check.measured]);
    for (const level of ['warning', 'critical'] as const) {
      const limit = check.limits[level];
      if (limit !== null) limits.push([`${labels},level="${level}"`, limit]);
    }
  }
  return [
    ...up(1),
    ...gauge('rcm_check_exit_code', 'Exit code of the gate: 0 passed, 3 unknown, 5 warning, 6 critical.', [
      ['', exitCode],
    ]),
    ...gauge('rcm_check_measured_timestamp_seconds', 'When the figures were measured.', [
      ['', (snapshot?.takenAt ?? generatedAt).getTime() / 1000],
    ]),
    ...gauge('rcm_check_companies', 'Companies that were looked at.', [['', companies]]),
    ...gauge(
      'rcm_check_checks',
      'Checks by verdict.',
      VERDICTS.map((verdict): Sample => [`verdict="${verdict}"`, counts[verdict]]),
    ),
    ...gauge('rcm_check_verdict', 'Verdict of a rule: 0 pass, 1 warning, 2 critical, 3 unknown.', verdicts),
    ...gauge('rcm_check_measured', 'What was measured, in the unit of the rule.', measured),
    ...gauge('rcm_check_limit', 'Limits of a rule, in its unit.', limits),
  ].join('\n');
}

/** That nothing could be measured: a collector that finds no file would go on with the last one. */
export function prometheusError(): string {
  return [...up(0)].join('\n');
}

function up(value: 0 | 1): string[] {
  return gauge('rcm_check_up', 'Whether anything could be measured.', [['', value]]);
}

/** A metric without samples is left out. */
function gauge(name: string, help: string, samples: readonly Sample[]): string[] {
  if (samples.length === 0) return [];
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...samples.map(([labels, value]) => `${name}${labels === '' ? '' : `{${labels}}`} ${value}`),
  ];
}

function companyLabels({ companyId, companyName }: Check): string {
  if (companyId === null) return '';
  return `,company_id="${escaped(companyId)}",company="${escaped(companyName ?? companyId)}"`;
}

/** A label's value. What is left to escape once control characters are printable. */
function escaped(value: string): string {
  return printable(value).replace(/[\\"]/g, '\\$&');
}
