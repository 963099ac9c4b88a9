import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { messageOf, RcmError } from '../core/errors.js';

/** Where exact bytes go, piece by piece. */
export interface RawOutput {
  write(bytes: Buffer): Promise<void>;
  /** @param whole false: what was written is of no use, and a file of it goes */
  end(whole: boolean): Promise<void>;
}

/** Standard output, or a file. @throws RCM_OUTPUT_UNWRITABLE */
export async function rawOutput(file: string | undefined): Promise<RawOutput> {
  if (file === undefined) return { write: toStdout, end: async () => undefined };
  const unwritable = (error: unknown) =>
    new RcmError('RCM_OUTPUT_UNWRITABLE', `Cannot write ${file}: ${messageOf(error)}`, 'Choose another --output.');
  const handle = await open(file, 'w').catch((error: unknown) => {
    throw unwritable(error);
  });
  return {
    write: async (bytes) => {
      await handle.writeFile(bytes).catch((error: unknown) => {
        throw unwritable(error);
      });
    },
    end: async (whole) => {
      await handle.close();
      if (!whole) await rm(file, { force: true });
    },
  };
}

async function toStdout(bytes: Buffer): Promise<void> {
  if (
    process.stdout.isTTY &&
    bytes
      .toString()
      .replace(/[\t\n\r]/g, '')
      .match(/\p{Cc}|\ufffd/u)
  )
    throw new RcmError(
      'RCM_USAGE',
      'The value has bytes that a terminal would obey',
      'Send it elsewhere: `> FILE`, a pipe or --output FILE; or look at it without --raw.',
    );
  if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
}
