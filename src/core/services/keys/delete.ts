import { formatBytes } from '../../domain/format.js';
import { digest } from '../../domain/page-cursor.js';
import { displayBytes } from '../../redis/key-template.js';
import { showKey } from '../../redis/keys/key-argument.js';
import type { CompanyKey } from '../../redis/keys/selection.js';
import { servesKey } from '../../redis/keys/serves-key.js';
import type { Act } from '../acts/act-log.js';
import { type Removal, removeLogged } from '../clear/removal.js';
import type { ClearedCompany } from '../clear/request.js';
import { companyNames, type NameOf } from '../company/names.js';
import type { Ports } from '../ports.js';
import type { KeysDeleteReport } from './delete-report.js';
import type { NamedKeys } from './named-keys.js';

/** Which keys are to be deleted, and how. */
export interface KeysDeleteRequest extends Act, Pick<Removal, 'backup' | 'allowSlow' | 'maxRate' | 'unlogged'> {
  keys: NamedKeys;
}

/** Keys that are given to the removal at once. */
const PAGE_KEYS = 512;
const MOST_EXAMPLES = 20;

/**
 * Removes named keys of companies, as `clear` removes all of them: saved first where a backup is asked for, logged before
 * and after, counted as deletions. What stops it is in the report: it throws only while nothing was removed.
 * @throws as `removeLogged`
 */
export async function deleteKeys(
  ports: Ports,
  request: KeysDeleteRequest,
  onProgress?: Removal['onProgress'],
): Promise<KeysDeleteReport> {
  const { keys, actor, reason, backup, allowSlow, maxRate, unlogged } = request;
  const byCompany = groupByCompany(keys.named);
  const report = await removeLogged(ports, {
    ...{ actor, reason, backup, allowSlow, maxRate, unlogged },
    command: 'keys delete',
    companies: companiesIn(byCompany, await companyNames(ports)),
    // Whatever of them is left: a run that goes on with another's backup names the same keys.
    selection: { namedKeys: keys.named.length, names: digest(keys.named.map(({ key }) => key.toString('hex')).sort()) },
    about: (companyId) => aboutKeys(byCompany.get(companyId) ?? []),
    counts: 'del',
    async *keysOf(node) {
      const own = keys.there.filter(({ key }) => servesKey(node, key));
      for (let at = 0; at < own.length; at += PAGE_KEYS) yield own.slice(at, at + PAGE_KEYS);
    },
    ...(onProgress && { onProgress }),
  });
  return { ...report, ...namesIn(keys) };
}

/** What would be deleted, as the report of a deletion. */
export async function previewDelete(ports: Ports, keys: NamedKeys): Promise<KeysDeleteReport> {
  const sums = groupByCompany(keys.there);
  const bytesOf = (infos: NamedKeys['there']) => infos.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  const freedBytes = bytesOf(keys.there);
  return {
    generatedAt: ports.clock(),
    operationId: null,
    dryRun: true,
    success: true,
    clearedKeys: keys.there.length,
    freedBytes,
    freedMemory: formatBytes(freedBytes),
    companies: companiesIn(sums, await companyNames(ports)).map((company) => {
      const own = sums.get(company.companyId) ?? [];
      const bytes = bytesOf(own);
      return { ...company, clearedKeys: own.length, freedBytes: bytes, freedMemory: formatBytes(bytes) };
    }),
    backup: null,
    left: { tooLarge: 0, changed: 0, examples: [] },
    uncertainKeys: 0,
    stoppedBy: null,
    error: null,
    warnings: [],
    ...namesIn(keys),
  };
}

function namesIn({ named, there }: NamedKeys): Pick<KeysDeleteReport, 'namedKeys' | 'absentKeys' | 'absent' | 'keys'> {
  const found = new Set(there.map(({ key }) => key.toString('latin1')));
  const absent = named.filter(({ key }) => !found.has(key.toString('latin1')));
  return {
    namedKeys: named.length,
    absentKeys: absent.length,
    absent: absent.slice(0, MOST_EXAMPLES).map(({ key }) => showKey(key)),
    keys: there.slice(0, MOST_EXAMPLES).map(({ key, companyId, type, bytes }) => ({
      key: showKey(key),
      companyId,
      type,
      bytes,
      size: bytes === null ? null : formatBytes(bytes),
    })),
  };
}

function groupByCompany<K extends CompanyKey>(keys: readonly K[]): Map<string, K[]> {
  const groups = new Map<string, K[]>();
  for (const key of keys) {
    const group = groups.get(key.companyId);
    if (group === undefined) groups.set(key.companyId, [key]);
    else group.push(key);
  }
  return groups;
}

function companiesIn(groups: ReadonlyMap<string, unknown>, nameOf: NameOf): ClearedCompany[] {
  return [...groups.keys()].sort().map((companyId) => ({ companyId, companyName: nameOf(companyId) }));
}

/** A single key is found in the log by its name. */
function aboutKeys(keys: readonly CompanyKey[]): ReturnType<NonNullable<Removal['about']>> {
  const [only] = keys;
  return {
    key: keys.length === 1 && only ? displayBytes(only.key.toString('latin1')) : null,
    details: { namedKeys: keys.length, examples: keys.slice(0, MOST_EXAMPLES).map(({ key }) => showKey(key)) },
  };
}
