import { RcmError } from '../core/errors.js';
import { nearest } from './nearest.js';

/** What oclif knows of a command line that it refuses. */
interface Refused extends Error {
  oclif?: { exit?: number };
  args?: readonly { name?: string; description?: string }[] | readonly string[];
  flags?: readonly string[];
}

/**
 * oclif's complaint about flags and arguments as wrong usage, in one sentence; null when the error is another.
 * @param command as it is typed, e.g. `keys list`
 * @param flags the names that the command has, without dashes
 */
export function usageError(error: Refused, command: string, flags: readonly string[]): RcmError | null {
  if (error.oclif?.exit !== 2) return null;
  return new RcmError('RCM_USAGE', messageOf(error), hintOf(error, command, flags));
}

function messageOf({ message, args }: Refused): string {
  if (message.startsWith('Missing ')) {
    const missing = (args ?? []).flatMap((arg) => (typeof arg === 'string' ? [] : [arg]));
    return missing
      .map(({ name = '', description = '' }) => `${name.toUpperCase()} is missing (${description})`)
      .join(', ');
  }
  return message
    .replace(/\nSee more help with --help/, '')
    .replace(/^The following errors? occurred:\s*/, '')
    .replace(/(--[\w-]+)=\S+ cannot also be provided when using (--[\w-]+)(?:=\S+)?/g, '$1 and $2 exclude each other')
    .replace(/^Nonexistent flag(s?): (.*)/, (_, plural: string, names: string) =>
      plural ? `There are no flags ${names}` : `There is no flag ${names}`,
    )
    .replace(/^Parsing (--[\w-]+) ?\n\s*/, '$1: ')
    .replace(/\s*\n\s*/g, '; ')
    .trim();
}

function hintOf({ flags: strange }: Refused, command: string, known: readonly string[]): string {
  const [flag] = strange ?? [];
  const near = flag === undefined ? null : nearest(flag.replace(/^-+/, ''), known);
  return `${near === null ? '' : `Did you mean --${near}? `}See \`rcm ${command} --help\`.`;
}
