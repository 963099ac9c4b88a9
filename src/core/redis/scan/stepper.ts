import type { KeyTemplates } from '../key-template.js';
import type { Pacer } from './pacer.js';

/** What one step of a scan found. */
export interface Step {
  cursor: string;
  /** Microseconds of server time, 0 when the server does not say. */
  serverUs: number;
  scans: number;
  keys: number;
  /** How many keys SCAN was asked to visit. */
  visited: number;
  ownKeys: number;
  ownBytes: number;
  otherKeys: number;
  /** Names (latin1) of keys too large to be read whole. */
  tooLarge: string[];
  /** Ids of companies that have counters. */
  recorded: string[];
  /** Calls back with each company's id as people see it, keys and bytes. */
  each(callback: (companyId: string, keys: number, bytes: number) => void): void;
}

/** A way to take one step: by script, or by pipelined commands. */
export interface Stepper {
  /** Reads that a step costs the server's socket. */
  readonly requestsPerStep: number;
  step(cursor: string, pacer: Pacer): Promise<Step>;
}

export interface StepperOptions {
  templates: KeyTemplates;
  exact?: boolean;
  allowSlow?: boolean;
}

/** Limits of a key that may be read whole (DESIGN §8). */
export const LARGEST_BYTES = 16 * 1024 ** 2;
export const LARGEST_ELEMENTS = 100_000;
