import { RcmError } from '../../errors.js';
import { describeKey } from '../../redis/keys/describe-key.js';
import { showKey } from '../../redis/keys/key-argument.js';
import { ChangedWhileRead, readRange, readWhole } from '../../redis/keys/read-string.js';
import type { ScanNode } from '../../redis/scan/keyspace-scan.js';
import type { Ports } from '../ports.js';
import { keyNotFound } from './get.js';
import { onNodeOf } from './key-node.js';
import { Shower } from './shower.js';

/** A JSON value over this size is not looked through for sensitive fields. */
const MOST_CHECKED_BYTES = 1024 ** 2;

/**
 * The exact bytes of a string, as they were at one time, page by page.
 * @param use waited for before the next page is asked for
 * @returns how many bytes that were
 * @throws RCM_KEY_NOT_FOUND; RCM_USAGE when it is no string, or holds what may not be shown; RCM_CONFLICT when it changed
 * meanwhile: what was given to `use` is of no use then; RCM_REDIS_*
 */
export async function getRaw(
  ports: Ports,
  request: { key: Buffer; reveal: boolean },
  use: (bytes: Buffer) => Promise<void>,
): Promise<number> {
  const { key, reveal } = request;
  const name = showKey(key);
  return onNodeOf(ports, key, async (node) => {
    const described = await describeKey(node.redis, key);
    if (described === null) throw keyNotFound(name);
    const { type, length } = described;
    if (type !== 'string')
      throw new RcmError(
        'RCM_USAGE',
        `--raw is for strings: this is a ${type}`,
        'Look at it without --raw, or with --json.',
      );
    await assertMayBeShown(node, key, length ?? 0, new Shower(ports.config.sensitive, name, reveal));
    try {
      return await readWhole(node.redis, key, async (bytes) => {
        ports.signal?.throwIfAborted();
        await use(bytes);
      });
    } catch (error) {
      if (!(error instanceof ChangedWhileRead)) throw error;
      throw new RcmError(
        'RCM_CONFLICT',
        `'${name}' changed while it was read: what was written is a part of the old value and a part of the new one`,
        'Throw it away, and run this again.',
      );
    }
  });
}

async function assertMayBeShown({ redis }: ScanNode, key: Buffer, length: number, shower: Shower): Promise<void> {
  if (!shower.sensitive.any) return;
  const whole = length <= MOST_CHECKED_BYTES;
  const text = (await readRange(redis, key, 0, whole ? length : 64)).toString();
  const fields = shower.sensitive.rewrite(text, 0)?.hidden ?? 0;
  if (!shower.hidesAll && fields === 0 && !shower.sensitive.cannotTell(text, whole)) return;
  throw new RcmError(
    'RCM_USAGE',
    'The value holds, or may hold, what the configuration hides (sensitive), and --raw shows all of it',
    'Add --reveal, or look at it without --raw.',
  );
}
