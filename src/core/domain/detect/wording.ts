import { shellWord } from '../shell-word.js';
import type { Confidence, Evidence, RootCause } from './issue.js';

export function evidence(name: string, value: Evidence['value'], text: string): Evidence {
  return { name, value, text };
}

/** `1 key`, `1,204 keys`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${whole(n)} ${Math.round(n) === 1 ? one : many}`;
}

/** `1,204`; below ten with one decimal where there is any. */
export function whole(n: number): string {
  return n.toLocaleString('en-US', { maximumFractionDigits: Math.abs(n) < 10 ? 1 : 0 });
}

/** `45 s`, `12 min`, `3.5 h`: a length of time that was measured. */
export function lasting(seconds: number): string {
  if (seconds < 120) return `${whole(seconds)} s`;
  return seconds < 7200 ? `${whole(seconds / 60)} min` : `${whole(seconds / 3600)} h`;
}

/** `2026-03-01 12:00` (UTC). */
export function instant(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** The most telling first; those that explain nothing are left out. */
export function ranked(causes: readonly (RootCause | null)[]): RootCause[] {
  return causes
    .filter((cause): cause is RootCause => cause !== null && cause.percent !== 0)
    .sort((a, b) => (b.percent ?? -1) - (a.percent ?? -1));
}

/** `rcm fix` for one issue; an id that begins with a dash is no flag. */
export function fixCommand(companyId: string, code: string): string {
  return `rcm fix ${companyId.startsWith('-') ? '-- ' : ''}${shellWord(companyId)} ${code}`;
}

/** The lowest of some. */
export function leastOf(...all: Confidence[]): Confidence {
  return all.includes('low') ? 'low' : all.includes('medium') ? 'medium' : 'high';
}
