import { EXIT } from '../core/errors.js';
import { checkErrorText } from './check-formats.js';
import { formatAsked, type Told } from './error-output.js';
import { replaceFile, writeResult } from './output.js';

/**
 * Says in the format that was asked for that nothing was checked: a plugin for every error, with Nagios's own code; the
 * others where a service could not be reached.
 * @returns whether that is all there is to say
 */
export async function tellInFormat(told: Told, argv: readonly string[], output: string | undefined): Promise<boolean> {
  const format = formatAsked(argv);
  const nagios = format === 'nagios';
  if (!nagios && told.exitCode !== EXIT.unreachable) return false;
  const text = await checkErrorText(format, told);
  if (text === null) return false;
  try {
    writeResult(text, output, replaceFile);
  } catch {
    // The error itself is what matters: it goes where it can.
    if (nagios) writeResult(text, undefined);
  }
  if (nagios) process.exitCode = 3;
  return nagios;
}
