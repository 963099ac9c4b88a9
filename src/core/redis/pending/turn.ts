/** What is to be done about a config update: run it now (`run` names the run), or in so many milliseconds (null: nothing waits). */
export type Turn = { run: string } | { run: null; waitMs: number | null };

/** How long a mark is kept that nobody acts upon. */
export const MARK_KEPT_MS = 7 * 24 * 3_600_000;
/** A run that has not ended after so long died, and is run again. */
export const RUN_LASTS_MS = 30_000;
