import { randomUUID } from 'node:crypto';
import type { CachePolicy } from '../../domain/policy.js';
import { messageOf } from '../../errors.js';
import { removePolicyMirror, writePolicyMirror } from '../../redis/policy-mirror.js';
import type { Store } from '../../store/store.js';
import type { Act } from '../acts/act-log.js';
import type { Ports } from '../ports.js';

/** What a policy says, whoever set it when. */
export type PolicyContent = Omit<CachePolicy, 'companyId' | 'version' | 'setBy' | 'setAt' | 'reason'>;

export const NO_POLICY: PolicyContent = Object.freeze({
  minTtlSeconds: null,
  maxTtlSeconds: null,
  segments: [],
  cachingEnabled: true,
  minUpdateIntervalSeconds: null,
  eventsMax: null,
  reviewReason: null,
});

export interface PolicyChange {
  before: CachePolicy | null;
  /** null: there is none any more. */
  after: CachePolicy | null;
  warnings: string[];
}

export interface PolicyEdit extends Act {
  companyId: string;
  /** What asked for it, e.g. `ttl set`: part of the log. */
  command: string;
  /** The policy as it shall be; null removes it. Not called again: a change in between is a conflict. */
  change: (current: CachePolicy | null) => PolicyContent | null;
}

/**
 * Changes one company's policy (DEFAULT_POLICY_ID: the default's): in the store, guarded by its version, then in Redis,
 * where applications obey it within 5 seconds, then in the log. Redis or a log that cannot be written is a warning: every
 * `snapshot` mirrors policies again.
 * @throws RCM_CONFLICT when somebody else changed it meanwhile; RCM_STORE_*, RCM_MONGODB_*
 */
export async function changePolicy(ports: Ports & { store: Store }, edit: PolicyEdit): Promise<PolicyChange> {
  const { companyId, actor, command, reason } = edit;
  const { policies, activity } = ports.store;
  const before = await policies.get(companyId);
  const content = edit.change(before);
  const setAt = ports.clock();
  const version = before?.version ?? 0;
  let after: CachePolicy | null = null;
  if (content !== null)
    after = await policies.put({ ...content, companyId, setBy: actor, setAt, reason: reason ?? '' }, version);
  else if (before !== null) await policies.remove(companyId, version);
  const warnings = await mirror(ports, companyId, after);
  const details = { operationId: randomUUID(), command, before: contentOf(before), after: contentOf(after) };
  const metadata = { actor, ...(reason === null ? {} : { reason }) };
  await activity
    .append([{ companyId, timestamp: setAt, eventType: 'policy', key: null, details, metadata }])
    .catch((error) => warnings.push(`The change was made, but could not be logged: ${messageOf(error)}`));
  return { before, after, warnings };
}

/** A policy that changes while it is mirrored is mirrored again, so often at most. */
const MOST_ROUNDS = 3;

/**
 * Writes to Redis what the store says of one company. Who changed it meanwhile may have written first: what is in the store
 * afterwards counts.
 * @throws what Redis says
 */
export async function mirrorPolicy(
  { redis: { client }, store: { policies } }: Pick<Ports, 'redis'> & { store: Store },
  companyId: string,
  policy: CachePolicy | null,
): Promise<void> {
  let written = policy;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    await (written === null ? removePolicyMirror(client, companyId) : writePolicyMirror(client, [written]));
    const stored = await policies.get(companyId).catch(() => written);
    if (stored?.version === written?.version && stored?.setAt.getTime() === written?.setAt.getTime()) return;
    written = stored;
  }
}

/** The same; a warning when that fails. */
async function mirror(
  ports: Ports & { store: Store },
  companyId: string,
  policy: CachePolicy | null,
): Promise<string[]> {
  try {
    await mirrorPolicy(ports, companyId, policy);
    return [];
  } catch (error) {
    return [
      `The policy is stored, but applications do not see it yet: Redis refused it (${messageOf(error)}). Every \`rcm snapshot\` writes it again.`,
    ];
  }
}

/** What a policy says; of none, null. */
export function contentOf(policy: CachePolicy | null): PolicyContent | null {
  if (policy === null) return null;
  const { companyId: _id, version: _version, setBy: _by, setAt: _at, reason: _reason, ...content } = policy;
  return content;
}
