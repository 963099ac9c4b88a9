import { expect } from 'vitest';
import { type CliOptions, type CliResult, rcm } from '../../support/cli.js';

export interface ErrorReport {
  error: { code: string; message: string; hint: string; exitCode: number };
}

/**
 * Runs a command that must fail, both ways: one line on stderr and nothing on stdout; with --json the same as an object
 * on stdout and nothing on stderr. Returns the object.
 */
export async function expectError(
  args: string[],
  exitCode: number,
  options: CliOptions = {},
): Promise<ErrorReport['error']> {
  const people = await rcm(args, options);
  expect({ stdout: people.stdout, exitCode: people.exitCode }, people.stderr).toEqual({ stdout: '', exitCode });
  expect(people.stderr).toMatch(/^Error: [^\n]+\n$/);
  const machines = await rcm([...args, '--json'], options);
  expect({ stderr: machines.stderr, exitCode: machines.exitCode }).toEqual({ stderr: '', exitCode });
  const { error } = machines.json<ErrorReport>();
  expect(Object.keys(error).sort()).toEqual(['code', 'exitCode', 'hint', 'message']);
  expect(error.exitCode).toBe(exitCode);
  expect(error.hint).not.toBe('');
  expect(people.stderr).toContain(error.hint);
  return error;
}

/** Keys and bytes by company id, and the warnings: what most tests look at. */
export interface ShortReport {
  companies: {
    companyId: string;
    orphan: boolean | null;
    metrics: { keys: number; cacheBytes: number; hitRate: number | null; cost: number | null };
    costs: { redis: number | null; mongodb: number | null; unknown: string[] };
  }[];
  platformStats: Record<string, unknown>;
  warnings: string[];
}

/** Runs a command that must print a report, whatever its exit code. */
export async function reportOf(args: string[], options: CliOptions = {}): Promise<CliResult & { report: ShortReport }> {
  const result = await rcm([...args, '--json'], options);
  return { ...result, report: result.json<ShortReport>() };
}
