import { appendFileSync } from 'node:fs';
import type { CompanyView } from '../core/domain/company-view.js';
import { messageOf } from '../core/errors.js';
import { check } from '../core/services/check/check.js';
import type { CheckReport } from '../core/services/check/report.js';
import type { CheckFormat } from './check-flags.js';
import { checkText } from './check-formats.js';
import { type RuleFlags, rulesOf } from './check-rules.js';
import type { Context } from './context.js';
import { type SurveyFlags, Surveyor } from './surveyor.js';
import { assertSelection, selectRows } from './table/select.js';
import { jobSummary } from './views/check/markdown.js';
import { nagiosCode } from './views/check/nagios.js';
import { COMPANY_COLUMNS } from './views/companies.js';

interface CheckFlags extends SurveyFlags, RuleFlags {
  filter?: string[] | undefined;
  output?: string | undefined;
  color?: boolean | undefined;
  verbose: boolean;
}

interface CheckOutcome {
  text: string;
  warnings: string[];
  exitCode: number;
}

/** One run of `check`. @throws RCM_USAGE and RCM_CONFIG_* before anything is measured; RCM_REDIS_*, RCM_COMPANY_* */
export async function checkRun(
  context: Context,
  words: readonly string[],
  flags: CheckFlags,
  format: CheckFormat,
): Promise<CheckOutcome> {
  const rules = rulesOf(flags, format);
  const selection = { filter: flags.filter };
  assertSelection(COMPANY_COLUMNS, selection, 'table');
  const surveyor = new Surveyor(context, flags);
  const found = await surveyor.survey();
  const keep = (companies: readonly CompanyView[]) => selectRows(companies, COMPANY_COLUMNS, selection);
  const report = await check(found, surveyor.used().store, { words, keep, rules });
  const warnings = [...report.warnings, ...(format === 'github' ? summarize(report) : [])];
  const text = await checkText(format, report, flags);
  // A plugin says all on its one line.
  if (format === 'nagios') return { text, warnings: [], exitCode: nagiosCode(report.exitCode) };
  return { text, warnings, exitCode: report.exitCode };
}

/** Adds to the page of the GitHub job. @returns warnings */
function summarize(report: CheckReport): string[] {
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (!file) return [];
  try {
    appendFileSync(file, jobSummary(report));
    return [];
  } catch (error) {
    return [`The job summary was not written: ${messageOf(error)}`];
  }
}
