import type { KeyFilter } from '../../domain/key-filter.js';
import { KeyTemplates } from '../../redis/key-template.js';
import type { KeyDetail } from '../../redis/keys/key-info.js';
import { KeySelection } from '../../redis/keys/selection.js';
import type { Act } from '../acts/act-log.js';
import type { Ports } from '../ports.js';
import { assertIdleTimes } from '../primaries.js';

/** A company whose cache is meant. */
export interface ClearedCompany {
  companyId: string;
  companyName: string | null;
}

/** What is to be removed, and how. */
export interface ClearRequest extends Act {
  /** null: every company that has keys. */
  companies: readonly ClearedCompany[] | null;
  /** With every company: those that were confirmed; keys of others that came since stay. */
  confirmed?: readonly ClearedCompany[];
  /** A Redis glob for the part of a key after the company's id. */
  match?: string | undefined;
  filter: KeyFilter;
  /** File to save every key to before it goes. */
  backup?: string | undefined;
  /** Back up even keys of over 100,000 elements or 16 MB. */
  allowSlow: boolean;
  /** Most keys to remove per second and server. */
  maxRate?: number | undefined;
  /** Where the outcome is kept when it cannot be logged. */
  unlogged: string;
}

export function selectionOf(ports: Ports, request: Pick<ClearRequest, 'companies' | 'match'>): KeySelection {
  const ids = request.companies?.map((company) => company.companyId) ?? null;
  return new KeySelection(new KeyTemplates(ports.config.keyTemplates), ids, request.match);
}

/** What must be known of a key to filter it; sizes are asked for when keys are removed. */
export function detailsFor({ idleSeconds, largerThanBytes }: KeyFilter): KeyDetail[] {
  return [
    ...(largerThanBytes === undefined ? [] : (['bytes'] as const)),
    ...(idleSeconds === undefined ? [] : (['idle'] as const)),
  ];
}

/** The same for the log and for a backup's header. */
export function selectionDetails({ match, filter }: Pick<ClearRequest, 'match' | 'filter'>): Record<string, unknown> {
  return {
    ...(match === undefined ? {} : { match }),
    ...(filter.idleSeconds === undefined ? {} : { olderThanSeconds: filter.idleSeconds }),
    ...(filter.largerThanBytes === undefined ? {} : { largerThanBytes: filter.largerThanBytes }),
  };
}

/** @throws RCM_NOT_APPLICABLE when keys are chosen by idle time and there is none */
export async function assertFilter({ redis }: Ports, { idleSeconds }: KeyFilter): Promise<void> {
  if (idleSeconds === undefined) return;
  await assertIdleTimes(redis, '--older-than', 'Nothing was removed. Choose keys by --match or --larger-than instead.');
}
