import { RcmError } from '../../errors.js';
import { KeyTemplates } from '../../redis/key-template.js';
import { askKeys } from '../../redis/keys/ask-keys.js';
import { showKey } from '../../redis/keys/key-argument.js';
import type { KeyInfo } from '../../redis/keys/key-info.js';
import { type CompanyKey, KeySelection } from '../../redis/keys/selection.js';
import { servesKey } from '../../redis/keys/serves-key.js';
import { NAMESPACE } from '../../redis/namespace.js';
import { redisError } from '../../redis/redis-error.js';
import { inChunks } from '../../redis/removal/chunks.js';
import { RateCap } from '../../redis/removal/rate-cap.js';
import { Throttle } from '../../redis/scan/throttle.js';
import type { Ports } from '../ports.js';
import { primaries } from '../primaries.js';

/** Keys of one pipeline. */
const MOST_ASKED = 100;

/** What was named, and what of it is there. */
export interface NamedKeys {
  named: CompanyKey[];
  /** With type and size. */
  there: KeyInfo[];
}

/**
 * The companies that keys belong to; a key that is named twice counts once.
 * @throws RCM_USAGE for a key that is no company's: others are not ours to delete
 */
export function keysOfCompanies(ports: Ports, keys: readonly Buffer[]): CompanyKey[] {
  const everybody = new KeySelection(new KeyTemplates(ports.config.keyTemplates), null);
  const found = new Map<string, CompanyKey>();
  for (const key of keys) {
    const owned = everybody.find(key);
    if (owned === null) throw notACompanys(key);
    found.set(key.toString('latin1'), owned);
  }
  return [...found.values()];
}

/** Which of them are there, in the order in which they were named. @throws RCM_REDIS_*; the signal's reason when it is aborted */
export async function lookUp(ports: Ports, named: CompanyKey[]): Promise<NamedKeys> {
  const found = new Map<string, KeyInfo>();
  try {
    const { nodes, close } = await primaries(ports.redis);
    try {
      for (const node of nodes) {
        const own = named.filter(({ key }) => servesKey(node, key));
        const throttle = await Throttle.of(node.redis, { signal: ports.signal });
        await inChunks(own, { throttle, cap: new RateCap(), signal: ports.signal }, async (rest) => {
          const asked = rest.slice(0, MOST_ASKED);
          for (const key of await askKeys(node.redis, asked, ['bytes', 'type']))
            found.set(key.key.toString('latin1'), key);
          return { serverUs: 0, dealtWith: asked.length };
        });
      }
    } finally {
      close();
    }
  } catch (error) {
    if (ports.signal?.aborted) throw ports.signal.reason;
    throw redisError(error, ports.redis.label);
  }
  const there = named.flatMap(({ key }) => found.get(key.toString('latin1')) ?? []);
  if (there.length === 0) throw noneThere(named);
  return { named, there };
}

function notACompanys(key: Buffer): RcmError {
  const name = showKey(key);
  return key.toString('latin1').startsWith(NAMESPACE)
    ? new RcmError(
        'RCM_USAGE',
        `'${name}' is this tool's own key`,
        `Nothing was deleted. Keys under ${NAMESPACE} are looked after by rcm itself.`,
      )
    : new RcmError(
        'RCM_USAGE',
        `'${name}' is no company's key: no key template fits it`,
        'Nothing was deleted. Give full names, as `rcm keys list COMPANY` shows them, or see keyTemplates.',
      );
}

function noneThere(named: readonly CompanyKey[]): RcmError {
  const [only] = named;
  return new RcmError(
    'RCM_KEY_NOT_FOUND',
    named.length === 1 && only ? `There is no key '${showKey(only.key)}'` : `None of the ${named.length} keys is there`,
    'Nothing was deleted. Give full names, as `rcm keys list COMPANY` shows them.',
  );
}
