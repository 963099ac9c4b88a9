import type { FixRecord } from '../../domain/fix.js';
import { RcmError } from '../../errors.js';
import type { RedisConnection } from '../../redis/connect/connect.js';

/** Where a fix is made: one journal may be used with several Redis servers, and keys of one are not those of another. */
export function placeOf({ label, options }: Pick<RedisConnection, 'label' | 'options'>): string {
  const db = options.db ?? 0;
  return db === 0 ? label : `${label}, database ${db}`;
}

/** Where a fix was made, if that is not this Redis; null: here, or in a record of earlier versions that does not tell. */
export function madeElsewhere({ before }: FixRecord, redis: Pick<RedisConnection, 'label' | 'options'>): string | null {
  const place = before.redis;
  return typeof place === 'string' && place !== placeOf(redis) ? place : null;
}

/** @throws RCM_CONFLICT for a fix that was made on another Redis */
export function assertMadeHere(record: FixRecord, redis: Pick<RedisConnection, 'label' | 'options'>): void {
  const place = madeElsewhere(record, redis);
  if (place === null) return;
  throw new RcmError(
    'RCM_CONFLICT',
    `Fix ${record.fixId} was made on another Redis: ${place}, not ${placeOf(redis)}`,
    'Nothing was changed. Give its --redis-url; if it is the same Redis under another name, --force.',
  );
}
