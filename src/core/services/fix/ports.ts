import { join } from 'node:path';
import { RcmError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import type { Ports } from '../ports.js';

/** What fixes work with: a journal they must have. */
export interface FixPorts extends Ports {
  store: Store;
  /** Folder of the backups that a fix makes by itself. */
  backups: string;
  /** Where the outcome is kept when it cannot be logged. */
  unlogged: string;
}

/** @param stateFolder where this machine keeps its state, whatever the store @throws why there is no store */
export function fixPorts(ports: Ports, stateFolder: string, unlogged: string): FixPorts {
  const { store } = ports;
  if (store instanceof RcmError) throw store;
  return { ...ports, store, backups: join(stateFolder, 'backups'), unlogged };
}
