import { type Check, companyByCompany } from '../../../../../src/core/domain/check/check.js';
import { countsOf, type GateOptions, outcomeOf } from '../../../../../src/core/domain/check/outcome.js';
import type { CheckReport } from '../../../../../src/core/services/check/report.js';

export const NOW = new Date('2026-03-01T12:00:00.000Z');

export const check = (companyId: string | null, change: Partial<Check> = {}): Check => ({
  verdict: 'pass',
  rule: 'min-hit-rate',
  companyId,
  companyName: null,
  measured: 95,
  unit: 'percent',
  limits: { warning: 90, critical: 80 },
  message: 'Hit rate 95.0%',
  evidence: {},
  ...change,
});

/** A report of some checks, each of a company of its own unless ids are the same. */
export function reportOf(checks: Check[], options: Partial<GateOptions> = {}, change: Partial<CheckReport> = {}) {
  const gate: GateOptions = { failOn: 'critical', onUnknown: 'error', ...options };
  const groups = new Map<string | null, Check[]>();
  for (const one of checks) groups.set(one.companyId, [...(groups.get(one.companyId) ?? []), one]);
  const counts = countsOf(checks);
  const outcome = outcomeOf(counts, gate);
  const report: CheckReport = {
    generatedAt: NOW,
    window: { from: new Date(NOW.getTime() - 86_400_000), to: NOW, seconds: 86_400 },
    snapshot: null,
    usageMeasuredAt: null,
    outcome,
    exitCode: ({ passed: 0, unknown: 3, 'failed at warning': 5, 'failed at critical': 6 } as const)[outcome],
    ...gate,
    companies: groups.size - (groups.has(null) ? 1 : 0),
    counts,
    checks: companyByCompany([...groups.values()]),
    warnings: [],
    ...change,
  };
  return report;
}

/** Names that some format would take for something else. */
export const HOSTILE_NAMES = [
  '<script>alert("1")</script>',
  ']]>',
  'line\nbreak\r\n::error::owned',
  '::error title=x::owned',
  '##[error]owned',
  'quote " back \\ slash \\n',
  "bar | semicolon ; 'apostrophe' =",
  '100% %0A %25, a:b',
  '\u001b[31mred\u0007\u0000',
  'not XML \uFFFE \uFFFF \ud800',
  'Söhne & 漢字 😀 `code` *b* _i_ [x](y) ~s~',
  '{} # HELP x',
  '  ',
];
