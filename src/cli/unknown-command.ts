import { Config } from '@oclif/core/config';
import { RcmError } from '../core/errors.js';
import { nearest } from './nearest.js';

/**
 * oclif's complaint about a command that there is none of, as an error of ours that names what was likely meant; null
 * when the error is another.
 * @param root import.meta.url of the launcher
 */
export async function unknownCommand(error: Error, root: string): Promise<RcmError | null> {
  const name = /^command (.+) not found\.?$/is.exec(error.message)?.[1];
  if (name === undefined) return null;
  const { commandIDs } = await Config.load(root);
  const asked = name.replaceAll(':', ' ');
  return new RcmError(
    'RCM_USAGE',
    `There is no command '${asked}'`,
    commandHint(
      asked,
      commandIDs.map((id) => id.replaceAll(':', ' ')),
    ),
  );
}

/** What to do where `asked` is no command: the nearest one, those that have it as a word, those of its topic, or all. */
export function commandHint(asked: string, commands: readonly string[]): string {
  const near = nearest(asked, commands);
  if (near !== null) return `Did you mean '${near}'? See rcm --help.`;
  const [topic = ''] = asked.split(' ');
  const others = commands.filter((command) => command.split(' ').includes(topic));
  return others.length > 0
    ? `There ${others.length === 1 ? 'is' : 'are'} ${others.map((command) => `'${command}'`).join(', ')}.`
    : 'See rcm --help for all of them.';
}
