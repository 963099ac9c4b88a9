import { Config } from '@oclif/core/config';
import { closest } from 'fastest-levenshtein';
import { RcmError } from '../core/errors.js';

/**
 * oclif's complaint about a command that there is none of, as an error of ours that names the nearest; null when the
 * error is another.
 * @param root import.meta.url of the launcher
 */
export async function unknownCommand(error: Error, root: string): Promise<RcmError | null> {
  const name = /^command (.+) not found$/s.exec(error.message)?.[1];
  if (name === undefined) return null;
  const { commandIDs } = await Config.load(root);
  const asked = name.replaceAll(':', ' ');
  const nearest = closest(
    asked,
    commandIDs.map((id) => id.replaceAll(':', ' ')),
  );
  return new RcmError('RCM_USAGE', `There is no command '${asked}'`, `Did you mean '${nearest}'? See rcm --help.`);
}
