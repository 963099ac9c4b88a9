import type { CheckReport } from '../core/services/check/report.js';
import type { CheckFormat } from './check-flags.js';
import { toJson } from './output.js';
import { renderNdjson } from './table/render.js';
import { terminalFor } from './terminal.js';
import type { CheckError } from './views/check/wording.js';

interface TextFlags {
  verbose: boolean;
  color?: boolean | undefined;
  output?: string | undefined;
}

/** The report in a format. Each view is loaded when it is asked for. */
export async function checkText(format: CheckFormat, report: CheckReport, flags: TextFlags): Promise<string> {
  switch (format) {
    case 'json':
      return toJson(report);
    case 'ndjson':
      return renderNdjson(report.checks);
    case 'markdown':
      return (await import('./views/check/markdown.js')).checkMarkdown(report, flags.verbose);
    case 'junit':
      return (await import('./views/check/junit.js')).checkJunit(report);
    case 'github':
      return (await import('./views/check/github.js')).checkGithub(report);
    case 'nagios':
      return (await import('./views/check/nagios.js')).checkNagios(report);
    case 'prometheus':
      return (await import('./views/check/prometheus.js')).checkPrometheus(report);
    case 'table': {
      const terminal = terminalFor(process.stdout, { color: flags.color, toFile: flags.output !== undefined });
      return (await import('./views/check/table.js')).checkTable(report, flags.verbose, terminal);
    }
  }
}

/** That nothing could be measured, in a format whose readers would miss it otherwise; null in the others. */
export async function checkErrorText(format: string | undefined, error: CheckError): Promise<string | null> {
  if (format === 'nagios') return (await import('./views/check/nagios.js')).nagiosError(error);
  if (format === 'github') return (await import('./views/check/github.js')).githubError(error);
  if (format === 'junit') return (await import('./views/check/junit.js')).junitError(error);
  if (format === 'prometheus') return (await import('./views/check/prometheus.js')).prometheusError();
  return null;
}
