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
  /** What it does; absent in records of earlier versions. */
  params?: Record<string, unknown>;
  /** Written before its first change: a step that was begun may have done anything between nothing and all. */
  begun?: boolean;
  done: boolean;
  /** What it needs to be undone, known before it is begun. */
  undo: Record<string, unknown> | null;
}

/**
 * planned: not begun. applying: some steps may be done. applied. undoing: some may be undone. undone. rolled_back: what was
 * done was taken back, as the fix could not be finished. failed: it could be neither finished nor taken back.
 */
export const FIX_STATUSES = ['planned', 'applying', 'applied', 'undoing', 'undone', 'rolled_back', 'failed'] as const;
export type FixStatus = (typeof FIX_STATUSES)[number];

/** Of a fix that somebody is at, or was when he was interrupted. */
export const OPEN_FIX_STATUSES = ['planned', 'applying', 'undoing'] as const satisfies readonly FixStatus[];

/** A key whose TTL a fix changed: its name in base64, and the milliseconds that it had left (-1: it did not expire). */
export type TouchedTtl = [key: string, formerPttlMs: number, expiresAtMs: number];
