import type { PlatformReport } from '../../../core/services/report/report.js';
import { detectRows } from '../detect.js';
import type { AdviceRow } from '../recommend.js';
import type { IssueRow } from './columns.js';

/** Issues with their age at the time of the report. */
export function issueRows({ issues, generatedAt }: PlatformReport): IssueRow[] {
  return issues === null ? [] : detectRows({ issues, generatedAt } as Parameters<typeof detectRows>[0]);
}

export function adviceRows({ recommendations }: PlatformReport): AdviceRow[] {
  return (recommendations?.recommendations ?? []).map((advice, i) => ({ ...advice, rank: i + 1 }));
}
