import { COUNTER_RETENTION_HOURS } from '../../domain/counters.js';
import { MEASURED_MS, type Measured, measuredHitRate } from '../../domain/fix/measure.js';
import type { FixRecord } from '../../domain/fix.js';
import { HOUR_MS, SECOND_MS } from '../../domain/units.js';
import { RcmError } from '../../errors.js';
import { readCounterSlots } from '../../redis/counters.js';
import { readEvents } from '../../redis/events.js';
import { redisError } from '../../redis/redis-error.js';
import { madeElsewhere } from './place.js';
import type { FixPorts } from './ports.js';

/**
 * Measures the hit rate since a fix that stands, and notes it on the record while its first day lasts.
 * @returns the record as it is now
 * @throws RCM_REDIS_*, RCM_STORE_*, RCM_MONGODB_*
 */
export async function measureFix(ports: FixPorts, record: FixRecord): Promise<FixRecord> {
  const { finishedAt, status, companyId, fixId, measured } = record;
  if (status !== 'applied' || finishedAt === null || madeElsewhere(record, ports.redis) !== null) return record;
  const { obeySeconds, measureAfterReads: minReads } = ports.config.fix;
  const fromMs = finishedAt.getTime() + obeySeconds * SECOND_MS;
  const toMs = Math.min(ports.clock().getTime(), finishedAt.getTime() + MEASURED_MS);
  // What counted it has expired.
  const tooLate = ports.clock().getTime() - finishedAt.getTime() > COUNTER_RETENTION_HOURS * HOUR_MS;
  if (toMs <= fromMs || tooLate || isWhole(measured, toMs)) return record;
  const { client, label } = ports.redis;
  const [slots, events] = await Promise.all([
    readCounterSlots(client, companyId, { fromMs, toMs }),
    readEvents(client, companyId),
  ]).catch((error: unknown) => {
    throw redisError(error, label);
  });
  const now = measuredHitRate({ slots, events, fromMs, toMs, minReads });
  if (now === null || now.reads === measured?.reads) return record;
  try {
    return await ports.store.fixes.update({ ...record, measured: { ...now } });
  } catch (error) {
    // Undone, or measured by another process, in between: what stands there counts.
    if (!(error instanceof RcmError) || error.code !== 'RCM_CONFLICT') throw error;
    return (await ports.store.fixes.get(fixId)) ?? record;
  }
}

/** Whether a measurement covers all the time that is measured. */
function isWhole(measured: FixRecord['measured'], toMs: number): boolean {
  return (measured as Measured | null)?.to === new Date(toMs).toISOString();
}
