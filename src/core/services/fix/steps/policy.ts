import type { PolicyContent } from '../../../domain/fix/plan.js';
import { samePolicy } from '../../../domain/fix/policies.js';
import type { CachePolicy } from '../../../domain/policy.js';
import { RcmError } from '../../../errors.js';
import { redisError } from '../../../redis/redis-error.js';
import { changePolicy, contentOf, mirrorPolicy } from '../../policy/change.js';
import type { OpenFix } from '../journal.js';
import { assertLocked } from '../lock.js';
import type { StepExecutor } from './step.js';

interface Kept {
  /** null: the company had no policy of its own. */
  former: PolicyContent | null;
}

const keptOf = (fix: OpenFix, place: number) => fix.step(place).undo as unknown as Kept;
const wantedOf = (fix: OpenFix, place: number) => fix.step(place).params?.after as PolicyContent;

/** Sets the company's policy; undone, the one before stands again, or none. */
export const policyStep: StepExecutor = {
  destroys: false,

  async prepare(fix) {
    const current = await fix.ports.store.policies.get(fix.companyId);
    return { former: contentOf(current) } satisfies Kept as Record<string, unknown>;
  },

  async apply(fix, place) {
    await moveTo(fix, { from: keptOf(fix, place).former, to: wantedOf(fix, place), force: false, command: 'fix' });
  },

  async assertUndoable(fix, place, { force }) {
    const current = contentOf(await fix.ports.store.policies.get(fix.companyId));
    if (force || samePolicy(current, wantedOf(fix, place)) || samePolicy(current, keptOf(fix, place).former)) return;
    throw changedSince();
  },

  async undo(fix, place, { force }) {
    const [to, from] = [keptOf(fix, place).former, wantedOf(fix, place)];
    const current = contentOf(await fix.ports.store.policies.get(fix.companyId));
    // Interrupted before it was set, or set by somebody else since: nothing of it is there to be taken back.
    if (!fix.step(place).done && !force && !samePolicy(current, from) && !samePolicy(current, to)) return {};
    await moveTo(fix, { from, to, force, command: 'fix undo' });
    return {};
  },
};

interface Move {
  from: PolicyContent | null;
  to: PolicyContent | null;
  /** Whatever stands there. */
  force: boolean;
  command: string;
}

/** From one policy to the other, unless it is there already; Redis is told in any case. @throws RCM_CONFLICT */
async function moveTo(fix: OpenFix, { from, to, force, command }: Move): Promise<void> {
  const { ports, companyId, act } = fix;
  const current = await ports.store.policies.get(companyId);
  if (samePolicy(contentOf(current), to)) return tellRedis(fix, current);
  const change = (now: Parameters<typeof contentOf>[0]) => {
    // Who took over may have taken it back by now.
    if (fix.lease) assertLocked(fix.lease);
    if (!force && !samePolicy(contentOf(now), from)) throw changedSince();
    return to;
  };
  const { after } = await changePolicy(ports, { ...act, companyId, command, change });
  await tellRedis(fix, after);
}

/** A policy that applications do not see is not set. @throws RCM_REDIS_* */
async function tellRedis({ ports, companyId }: OpenFix, policy: CachePolicy | null): Promise<void> {
  try {
    await mirrorPolicy(ports, companyId, policy);
  } catch (error) {
    throw redisError(error, ports.redis.label);
  }
}

function changedSince(): RcmError {
  return new RcmError(
    'RCM_CONFLICT',
    'The policy was changed by someone else since',
    'Nothing was changed. Undo later fixes first (`rcm fix list`); --force puts the former policy back all the same.',
  );
}
