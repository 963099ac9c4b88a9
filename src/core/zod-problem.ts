import type * as z from 'zod';

/** The first thing that is wrong with a value: where, and what. `strange`: a field that is not known there. */
export function zodProblem(error: z.ZodError): { path: string; strange: boolean; why: string } {
  const issue = error.issues[0];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path = [...(issue?.path ?? []), ...unknown].map(String).join('.') || '(whole)';
  return { path, strange: unknown.length > 0, why: issue?.message ?? 'unreadable' };
}
