import { type Check, VERDICTS, type Verdict } from '../../../core/domain/check/check.js';
import type { CheckReport } from '../../../core/services/check/report.js';
import { printable } from '../../table/column.js';

const CODES: Record<Verdict, number> = { pass: 0, warning: 1, critical: 2, unknown: 3 };

type Sample = [labels: Record<string, string>, value: number];

/** Prometheus' text format, for node_exporter's textfile collector. What is unknown has no value, only a verdict. */
export function checkPrometheus(report: CheckReport): string {
  const { checks, counts, companies, exitCode, generatedAt, snapshot } = report;
  const measured = checks.filter((check) => check.measured !== null);
  const limits = checks.flatMap((check): Sample[] =>
    (['warning', 'critical'] as const).flatMap((level): Sample[] => {
      const limit = check.limits[level];
      return limit === null ? [] : [[{ ...labelsOf(check), level }, limit]];
    }),
  );
  return [
    ...up(1),
    ...gauge('rcm_check_exit_code', 'Exit code of the gate: 0 passed, 3 unknown, 5 warning, 6 critical.', [
      [{}, exitCode],
    ]),
    ...gauge('rcm_check_measured_timestamp_seconds', 'When the figures were measured.', [
      [{}, (snapshot?.takenAt ?? generatedAt).getTime() / 1000],
    ]),
    ...gauge('rcm_check_companies', 'Companies that were looked at.', [[{}, companies]]),
    ...gauge(
      'rcm_check_checks',
      'Checks by verdict.',
      VERDICTS.map((verdict): Sample => [{ verdict }, counts[verdict]]),
    ),
    ...gauge(
      'rcm_check_verdict',
      'Verdict of a rule: 0 pass, 1 warning, 2 critical, 3 unknown.',
      checks.map((check): Sample => [labelsOf(check), CODES[check.verdict]]),
    ),
    ...gauge(
      'rcm_check_measured',
      'What was measured, in the unit of the rule.',
      measured.map((check): Sample => [{ ...labelsOf(check), unit: check.unit ?? '' }, check.measured ?? 0]),
    ),
    ...gauge('rcm_check_limit', 'Limits of a rule, in its unit.', limits),
  ].join('\n');
}

/** That nothing could be measured: a collector that finds no file would go on with the last one. */
export function prometheusError(): string {
  return [...up(0)].join('\n');
}

function up(value: 0 | 1): string[] {
  return gauge('rcm_check_up', 'Whether anything could be measured.', [[{}, value]]);
}

/** A metric without samples is left out. */
function gauge(name: string, help: string, samples: readonly Sample[]): string[] {
  if (samples.length === 0) return [];
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}`),
  ];
}

function labelsOf({ rule, companyId, companyName }: Check): Record<string, string> {
  if (companyId === null) return { rule };
  return { rule, company_id: companyId, company: companyName ?? companyId };
}

function labelText(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(printable(value))}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
