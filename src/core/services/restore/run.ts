import { LastCopies } from '../../backup/copies.js';
import type { BackupEntry } from '../../domain/backup-entry.js';
import { redisError } from '../../redis/redis-error.js';
import { mostBulk, tooLong } from '../../redis/removal/most-bulk.js';
import { RateCap } from '../../redis/removal/rate-cap.js';
import { type RestoreFate, restoreKeys } from '../../redis/removal/restore-keys.js';
import { Throttle } from '../../redis/scan/throttle.js';
import type { Stop } from '../clear/run.js';
import type { Ports } from '../ports.js';
import type { InspectedBackup } from './inspect.js';
import { companyReader, isOwn } from './inspect.js';
import type { RestoreTally } from './tally.js';

const CHUNK_KEYS = 100;
const CHUNK_BYTES = 1024 ** 2;
/** What a server reads from a socket at a time. */
const READ_BYTES = 16_384;

export interface RestoreOptions {
  replace: boolean;
  dryRun: boolean;
  maxRate: number | undefined;
  onProgress?: ((tally: RestoreTally) => void) | undefined;
}

/** Puts the keys of a backup back. Never throws: what stopped it is returned, what was done is in the tally. */
export async function runRestore(
  ports: Ports,
  { reader, checked, repeated }: InspectedBackup,
  tally: RestoreTally,
  options: RestoreOptions,
): Promise<Stop | null> {
  const { client, server, label } = ports.redis;
  const { signal } = ports;
  const companyOf = companyReader(ports.config.keyTemplates);
  try {
    const throttle = await Throttle.of(server, { signal });
    const cap = new RateCap(options.maxRate);
    const most = await mostBulk(client);
    // A key that was written meanwhile stands twice; the last copy decides, also when it has expired: so backwards.
    const copies = new LastCopies(repeated);
    for (const batch of checked.batches.toReversed()) {
      const entries = await reader.batch(batch);
      const now = await serverTime(server);
      const alive = entries.toReversed().filter((entry) => {
        if (isOwn(entry.key)) tally.own += 1;
        else if (!copies.isLast(entry.key)) tally.older += 1;
        else if (entry.expiresAtMs >= 0 && entry.expiresAtMs <= now) tally.expired += 1;
        else return tally.takes(entry, tooLong(entry, most));
        return false;
      });
      for (const chunk of chunksOf(alive, Math.min(CHUNK_KEYS, cap.mostKeys))) {
        await throttle.turn();
        throttle.sent(1 + Math.ceil(sizeOf(chunk) / READ_BYTES));
        const began = performance.now();
        const fates = options.dryRun ? await existing(client, chunk) : await restoreKeys(client, chunk, options);
        throttle.spent((performance.now() - began) * 1000);
        let failure: unknown = null;
        chunk.forEach((entry, i) => {
          failure ??= tally.add(entry, companyOf(entry), fates[i] as RestoreFate);
        });
        if (failure !== null) throw failure;
        options.onProgress?.(tally);
        await cap.after(chunk.length, signal);
      }
    }
    return null;
  } catch (error) {
    if (signal?.aborted) return { by: 'interrupt', error: null };
    return { by: 'error', error: redisError(error, label) };
  }
}

/** What a dry run would find: keys that are there stay unless they are to be replaced. */
async function existing(client: Ports['redis']['client'], keys: readonly BackupEntry[]): Promise<RestoreFate[]> {
  const found = await Promise.all(keys.map(({ key }) => client.exists(key)));
  return found.map((n): RestoreFate => ({ kind: n === 1 ? 'existing' : 'restored' }));
}

async function serverTime(server: Ports['redis']['server']): Promise<number> {
  const [seconds, micros] = (await server.time()) as unknown as [string, string];
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
}

function* chunksOf(entries: readonly BackupEntry[], most: number): Generator<BackupEntry[]> {
  let chunk: BackupEntry[] = [];
  for (const entry of entries) {
    chunk.push(entry);
    if (chunk.length < most && sizeOf(chunk) < CHUNK_BYTES) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

function sizeOf(entries: readonly BackupEntry[]): number {
  return entries.reduce((sum, { key, dump }) => sum + key.length + dump.length, 0);
}
