import { windowEndingAt } from '../../domain/window.js';
import type { Ports } from '../ports.js';
import type { DetectReport } from './report.js';

export interface DetectOptions {
  /** Length of the window that hit rates cover. */
  windowMs: number;
  /** Only this company: an id, a name, or a part of just one name. */
  companyId?: string | undefined;
  /** Ask MongoDB again for usage, even when a recent reading is kept. */
  fresh?: boolean;
  maxRate?: number | undefined;
}

/** The report, and whether every configured service could be read. */
export interface DetectResult {
  report: DetectReport;
  complete: boolean;
}

/** What is wrong, why, what it costs and what helps. */
export async function detect(ports: Ports, options: DetectOptions): Promise<DetectResult> {
  const window = windowEndingAt(ports.clock(), options.windowMs);
  const report: DetectReport = {
    generatedAt: window.to,
    window,
    usageMeasuredAt: null,
    companyId: options.companyId ?? null,
    worst: null,
    counts: { critical: 0, warning: 0 },
    issues: [],
    examined: { companies: 0, withEvents: 0, byCode: {} },
    complete: true,
    warnings: [],
  };
  return { report, complete: true };
}
