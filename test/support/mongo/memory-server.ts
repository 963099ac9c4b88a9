import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execaNode } from 'execa';

const DOWNLOAD_LIMIT_MS = 90_000;
const FAILURE_KEPT_MS = 24 * 60 * 60 * 1000;
const cache = join(import.meta.dirname, '../../../node_modules/.cache/rcm-test');
const failureFile = join(cache, 'mongod-download-failed');

/**
 * Path of a mongod that mongodb-memory-server downloads, or has downloaded before. Takes 90 s at most, and a failure is
 * remembered for a day: where downloads are blocked, only one run waits for that.
 */
export async function downloadMongod(options: { evenIfItFailedBefore: boolean }): Promise<string> {
  const earlier = await readFile(failureFile, 'utf8').catch(() => null);
  if (earlier && !options.evenIfItFailedBefore) {
    const { at, reason } = JSON.parse(earlier) as { at: number; reason: string };
    if (Date.now() - at < FAILURE_KEPT_MS) throw new Error(`${reason} (tried ${new Date(at).toISOString()})`);
  }
  // A process of its own: a download has no time limit, and cannot be cancelled otherwise.
  const result = await execaNode(join(import.meta.dirname, 'print-mongod-path.mjs'), {
    reject: false,
    timeout: DOWNLOAD_LIMIT_MS,
    forceKillAfterDelay: 1000,
  });
  if (result.exitCode === 0) {
    await rm(failureFile, { force: true });
    return result.stdout.trim();
  }
  const reason = result.timedOut
    ? `no mongod was downloaded in ${DOWNLOAD_LIMIT_MS / 1000} s`
    : `no mongod could be downloaded: ${result.stderr.trim().split('\n').at(-1) ?? ''}`;
  await mkdir(cache, { recursive: true });
  await writeFile(failureFile, JSON.stringify({ at: Date.now(), reason }));
  throw new Error(reason);
}
