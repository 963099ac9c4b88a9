import type { Redis } from 'ioredis';
import type { ScanNode } from '../scan/keyspace-scan.js';

/** A server that is observed: a primary. */
export interface ObservedNode {
  label: string;
  slots?: NonNullable<ScanNode['slots']>;
  /** In the database that is observed; finds its way back after a cut. */
  control: Redis;
}
