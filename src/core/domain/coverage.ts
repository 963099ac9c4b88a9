/** A stretch of time, in milliseconds since the epoch; its end is not part of it. */
export interface Stretch {
  fromMs: number;
  toMs: number;
}

/** The parts of a range that at least one of the stretches covers, oldest first, none touching another. */
export function coveredParts(stretches: readonly Stretch[], fromMs: number, toMs: number): Stretch[] {
  const parts: Stretch[] = [];
  for (const stretch of [...stretches].sort((a, b) => a.fromMs - b.fromMs)) {
    const part = { fromMs: Math.max(stretch.fromMs, fromMs), toMs: Math.min(stretch.toMs, toMs) };
    const last = parts.at(-1);
    if (part.toMs <= part.fromMs) continue;
    if (last !== undefined && part.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, part.toMs);
    else parts.push(part);
  }
  return parts;
}

/** How much of a range they cover, from a time on: milliseconds. */
export function coveredMs(parts: readonly Stretch[], fromMs = Number.NEGATIVE_INFINITY): number {
  return parts.reduce((sum, part) => sum + Math.max(0, part.toMs - Math.max(part.fromMs, fromMs)), 0);
}
