import type { KeyTemplates } from '../key-template.js';
import type { BaseStep } from './drive.js';

/** What one step of the scan of all companies found. */
export interface Step extends BaseStep {
  ownKeys: number;
  ownBytes: number;
  otherKeys: number;
  /** Names (latin1) of keys too large to be read whole. */
  tooLarge: string[];
  /** Ids of companies that have counters. */
  recorded: string[];
  /** Keys of at least `largeFrom` bytes. */
  large: { key: Buffer; bytes: number }[];
  /** Calls back with each company's id as people see it, keys, bytes, and bytes that never expire (0 unless `largeFrom` is given). */
  each(callback: (companyId: string, keys: number, bytes: number, foreverBytes: number) => void): void;
}

export interface StepperOptions {
  templates: KeyTemplates;
  exact?: boolean;
  allowSlow?: boolean;
  /** Look also at what never expires, and name keys of so many bytes. */
  largeFrom?: number;
}

/** Limits of a key that may be read whole (DESIGN §8). */
export const LARGEST_BYTES = 16 * 1024 ** 2;
export const LARGEST_ELEMENTS = 100_000;
