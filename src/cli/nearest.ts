import { closest, distance } from 'fastest-levenshtein';

/** Letters that may differ in a slip: a third of the word, and at least one. */
const SLIP = 1 / 3;

/**
 * What was meant by a mistyped word: the one of `known` that differs by a slip, or begins with it; null where nothing is
 * near, because a far guess misleads.
 */
export function nearest(asked: string, known: readonly string[]): string | null {
  const word = asked.toLowerCase();
  const best = closest(word, known);
  if (distance(word, best) <= Math.max(1, Math.floor(word.length * SLIP))) return best;
  return (word.length >= 3 ? known.find((name) => name.startsWith(word)) : undefined) ?? null;
}
