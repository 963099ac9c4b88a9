import { RcmError } from '../errors.js';

/** Someone else changed it first. `stored` is the version found, null when there is none. */
export function conflict(what: string, expected: number, stored: number | null): RcmError {
  const found = stored === null ? 'there is none' : `version ${stored} is stored`;
  const wanted = expected === 0 ? 'none was expected' : `version ${expected} was expected`;
  return new RcmError(
    'RCM_CONFLICT',
    `${what} was changed by someone else: ${wanted}, ${found}`,
    'Look at it again and repeat the change.',
  );
}
