/** The journal of one repair: what was before, what was done, what was predicted and measured, how to undo. */
export interface FixRecord {
  fixId: string;
  companyId: string;
  issueCode: string;
  status: FixStatus;
  plannedAt: Date;
  finishedAt: Date | null;
  actor: string;
  reason: string;
  /** The steps in order, each with what it needs to be undone; free-form per fix, JSON-safe. */
  steps: FixStep[];
  before: Record<string, unknown>;
  predicted: Record<string, unknown>;
  measured: Record<string, unknown> | null;
  /** Each write adds 1; guards against two writers. */
  version: number;
}

export interface FixStep {
  name: string;
  done: boolean;
  undo: Record<string, unknown> | null;
}

export const FIX_STATUSES = ['planned', 'applying', 'applied', 'undoing', 'undone', 'rolled_back', 'failed'] as const;
export type FixStatus = (typeof FIX_STATUSES)[number];
