import type { Check } from '../../../core/domain/check/check.js';
import { effectOf } from '../../../core/domain/check/outcome.js';
import type { CheckReport } from '../../../core/services/check/report.js';
import { printable } from '../../table/column.js';
import { type CheckError, headline, sentenceOf, subjectLabel } from './wording.js';

type Command = 'error' | 'warning' | 'notice' | 'debug';

/**
 * Annotations: every line is a workflow command, so that no name is ever read as one. The outcome first, since GitHub shows
 * ten of each kind; what passed are debug messages.
 */
export function checkGithub(report: CheckReport): string {
  const first = report.outcome === 'passed' ? 'notice' : report.outcome === 'failed at warning' ? 'warning' : 'error';
  return [
    command(first, 'rcm check', headline(report)),
    ...report.checks.map((check) => command(kindOf(check, report), titleOf(check), sentenceOf(check))),
  ].join('\n');
}

export function githubError({ code, message, hint }: CheckError): string {
  return command('error', `rcm check: ${code}`, printable(`${message}. ${hint}`));
}

function kindOf({ verdict }: Check, report: CheckReport): Command {
  if (verdict === 'pass') return 'debug';
  if (verdict === 'unknown') return effectOf(verdict, report) === 'none' ? 'notice' : 'error';
  return verdict === 'critical' ? 'error' : 'warning';
}

function titleOf(check: Check): string {
  return `${check.rule}: ${subjectLabel(check)}`;
}

/** A workflow command, escaped as the Actions toolkit does. `debug` takes no title. */
function command(kind: Command, title: string, message: string): string {
  if (kind === 'debug') return `::debug::${data(`${title}: ${message}`)}`;
  return `::${kind} title=${property(title)}::${data(message)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
