/** Which of a company's keys, besides a pattern of their names. */
export interface KeyFilter {
  /** Not used for at least so many seconds. */
  idleSeconds?: number | undefined;
  /** Holding more than so many bytes. */
  largerThanBytes?: number | undefined;
}

/** Whether a key passes. A figure that is unknown never does: what cannot be told is left alone. */
export function passesFilter(
  key: { bytes: number | null; idleSeconds: number | null },
  { idleSeconds, largerThanBytes }: KeyFilter,
): boolean {
  if (idleSeconds !== undefined && (key.idleSeconds === null || key.idleSeconds < idleSeconds)) return false;
  return largerThanBytes === undefined || (key.bytes !== null && key.bytes > largerThanBytes);
}
