import { flush } from '@oclif/core/flush';
import { handle } from '@oclif/core/handle';
import { run } from '@oclif/core/run';
import { exitQuietlyOnClosedPipe } from './output.js';

/** Runs the command line. @param root import.meta.url of the launcher: oclif finds package.json from it */
export async function main(root: string): Promise<void> {
  exitQuietlyOnClosedPipe();
  try {
    await run(process.argv.slice(2), root);
    await flush();
  } catch (error) {
    await handle(error as Error);
  }
}
