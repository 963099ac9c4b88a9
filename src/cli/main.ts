import { flush } from '@oclif/core/flush';
import { handle } from '@oclif/core/handle';
import { run } from '@oclif/core/run';
import { writeError } from './error-output.js';
import { asOclifWords } from './first-words.js';
import { exitQuietlyOnClosedPipe } from './output.js';

/** Runs the command line. @param root import.meta.url of the launcher: oclif finds package.json from it */
export async function main(root: string): Promise<void> {
  exitQuietlyOnClosedPipe();
  const words = asOclifWords(process.argv.slice(2));
  try {
    await run(words, root);
    await flush();
  } catch (error) {
    const { unknownCommand } = await import('./unknown-command.js');
    const unknown = await unknownCommand(error as Error, root);
    if (unknown) writeError(unknown, words);
    else await handle(error as Error);
  }
}
