import type { Figures } from './figures.js';
import { HOUR } from './plan.js';

export type Severity = 'warning' | 'critical';

/** What must be alerted. companyId null: the platform. */
export interface ExpectedAlert {
  companyId: string | null;
  code: string;
  severity: Severity;
}

/** What the platform's own alerts follow from. */
export interface PlatformState {
  nowMs: number;
  lastSnapshotMs: number | null;
  /** Percent of maxmemory that Redis uses; null without a limit. */
  memoryPercent: number | null;
  /** Keys evicted since there is something to compare with. */
  evicted: number;
}

/** What needs attention, by the table of docs/alerts.md. */
export function alertsOf(figures: readonly Figures[], platform: PlatformState): ExpectedAlert[] {
  const found: ExpectedAlert[] = [];
  for (const { id: companyId, score, status, budget } of figures) {
    if (score !== null && (status === 'warning' || status === 'critical'))
      found.push({ companyId, code: 'COMPANY_HEALTH', severity: status });
    for (const line of ['cache', 'storage', 'calls'] as const) {
      const { level } = budget[line];
      if (level === 'warning' || level === 'critical')
        found.push({ companyId, code: `BUDGET_${line.toUpperCase()}`, severity: level });
    }
  }
  const { memoryPercent, evicted, nowMs, lastSnapshotMs } = platform;
  if (memoryPercent !== null && memoryPercent >= 80)
    found.push({ companyId: null, code: 'REDIS_MEMORY', severity: memoryPercent >= 95 ? 'critical' : 'warning' });
  if (evicted > 0) found.push({ companyId: null, code: 'REDIS_EVICTIONS', severity: 'warning' });
  const age = lastSnapshotMs === null ? 0 : nowMs - lastSnapshotMs;
  if (age >= 2 * HOUR)
    found.push({ companyId: null, code: 'SNAPSHOTS_STALE', severity: age >= 24 * HOUR ? 'critical' : 'warning' });
  return found;
}

export interface ToldChange extends ExpectedAlert {
  kind: 'new' | 'worse' | 'resolved';
  sinceMs: number;
}

/** What a receiver must be told, run by run: each change once, by docs/notifications.md. */
export class Told {
  readonly #open = new Map<string, ExpectedAlert & { sinceMs: number; told: Severity }>();

  /** @param figures who was looked at: where a score is unknown its alert neither begins nor ends */
  run(alerts: readonly ExpectedAlert[], figures: readonly Figures[], nowMs: number): ToldChange[] {
    const changes: ToldChange[] = [];
    const seen = new Set<string>();
    for (const alert of alerts) {
      const id = keyOf(alert);
      seen.add(id);
      const known = this.#open.get(id);
      if (known === undefined) {
        this.#open.set(id, { ...alert, sinceMs: nowMs, told: alert.severity });
        changes.push({ ...alert, kind: 'new', sinceMs: nowMs });
        continue;
      }
      if (known.told === 'warning' && alert.severity === 'critical')
        changes.push({ ...alert, kind: 'worse', sinceMs: known.sinceMs });
      known.severity = alert.severity;
      known.told = alert.severity;
    }
    const unknown = new Set(figures.flatMap((one) => untold(one)));
    for (const [id, { told, sinceMs, ...issue }] of this.#open) {
      if (seen.has(id) || unknown.has(id)) continue;
      this.#open.delete(id);
      changes.push({ ...issue, kind: 'resolved', sinceMs });
    }
    return changes;
  }

  /** Since when an alert that is open is known; undefined where it is not. */
  since(alert: Pick<ExpectedAlert, 'companyId' | 'code'>): number | undefined {
    return this.#open.get(keyOf(alert))?.sinceMs;
  }
}

function untold({ id: companyId, score, budget }: Figures): string[] {
  const lines = (['cache', 'storage', 'calls'] as const).filter((line) => budget[line].level === null);
  const codes = [...(score === null ? ['COMPANY_HEALTH'] : []), ...lines.map((line) => `BUDGET_${line.toUpperCase()}`)];
  return codes.map((code) => keyOf({ companyId, code }));
}

const keyOf = ({ companyId, code }: Pick<ExpectedAlert, 'companyId' | 'code'>): string => `${companyId} ${code}`;
