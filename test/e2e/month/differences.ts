import { isDeepStrictEqual } from 'node:util';

/** Figures may differ by no more than what adding up in another order makes of them. */
const RELATIVE = 1e-9;
/** So many of each kind are told. */
const TOLD = 15;

/** What was found not to be as it must be, by kind. */
export class Differences {
  readonly #found = new Map<string, string[]>();
  readonly #compared = new Map<string, number>();

  /** Compares two values, numbers to nine digits. @param within how far numbers may be apart, where they were rounded */
  compare(kind: string, what: string, got: unknown, wanted: unknown, within = 0): void {
    this.#compared.set(kind, this.compared(kind) + 1);
    if (!alike(got, wanted, within)) this.note(kind, `${what}: got ${text(got)}, not ${text(wanted)}`);
  }

  note(kind: string, what: string): void {
    this.#found.set(kind, [...(this.#found.get(kind) ?? []), what]);
  }

  /** How many comparisons of a kind were made. */
  compared(kind: string): number {
    return this.#compared.get(kind) ?? 0;
  }

  /** The first of a kind, or of all. */
  of(kind?: string): string[] {
    if (kind !== undefined) return (this.#found.get(kind) ?? []).slice(0, TOLD);
    return [...this.#found].flatMap(([name, all]) => [`${all.length} × ${name}`, ...all.slice(0, TOLD)]);
  }
}

function alike(a: unknown, b: unknown, within: number): boolean {
  if (typeof a === 'number' && typeof b === 'number')
    return a === b || Math.abs(a - b) <= Math.max(within, RELATIVE * Math.max(Math.abs(a), Math.abs(b)));
  if (
    a instanceof Date ||
    b instanceof Date ||
    typeof a !== 'object' ||
    typeof b !== 'object' ||
    a === null ||
    b === null
  )
    return isDeepStrictEqual(a, b);
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return (
    left.length === right.length &&
    left.every(([key, value]) => key in b && alike(value, (b as Record<string, unknown>)[key], within))
  );
}

function text(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 800) ?? 'undefined';
}
