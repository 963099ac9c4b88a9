import { dirname } from 'node:path';
import { RcmError } from '../core/errors.js';
import { unloggedFile } from '../core/services/acts/unlogged.js';
import { type FixPorts, fixPorts } from '../core/services/fix/ports.js';
import type { RecoveredFix } from '../core/services/fix/recover.js';
import type { Ports } from '../core/services/ports.js';
import type { Context } from './context.js';

/** What commands on fixes work with. @throws why there is no store */
export function portsForFix(context: Context, ports: Ports): FixPorts {
  const { stateFile } = context.loaded;
  const location = ports.store instanceof RcmError ? '' : ports.store.location;
  return fixPorts(ports, dirname(stateFile), unloggedFile(stateFile, location));
}

/** What became of fixes that had been interrupted is talk. */
export function tellRecovered(recovered: readonly RecoveredFix[]): void {
  for (const { text } of recovered) process.stderr.write(`Note: ${text}.\n`);
}
