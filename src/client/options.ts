import type { Cluster, Redis } from 'ioredis';
import { RcmError } from '../core/errors.js';
import { KeyTemplates } from '../core/redis/key-template.js';

export interface CompanyCacheOptions {
  /** The application's ioredis connection (never closed here), or a URL for a connection of the cache's own. */
  redis: Redis | Cluster | string;
  /** How keys are named; must end with `*`, where the key goes. Default `company:{companyId}:*`. */
  keyTemplate?: string;
  /** Lifetime of what is stored without a `ttl` of its own; without it, values stay until they are removed. */
  ttlSeconds?: number;
  /** How often what was recorded is written: 100–30,000 ms, default 5000. */
  flushIntervalMs?: number;
  /** How long a company's policy is used before it is read again: at most, and by default, 4000 ms. */
  policyLifetimeMs?: number;
  /** How long a Redis command may take before the cache goes on without it. Default 500 ms. */
  commandTimeoutMs?: number;
  /** How long `close` waits for work under way, and again for the last write. Default 5000 ms. */
  closeTimeoutMs?: number;
  /** false: no counters and no events. Default true. */
  record?: boolean;
  /** false: no access events. Default true. */
  events?: boolean;
  /** A value as text; undefined for what cannot be stored. Default JSON.stringify. */
  serialize?: (value: unknown) => string | undefined;
  /** Text as a value. Default JSON.parse. */
  deserialize?: (text: string) => unknown;
  /** true: on SIGTERM and SIGINT what was recorded is written, and the signal raised again. Default false. */
  handleSignals?: boolean;
  /** Told of everything that went wrong and that the application was spared. */
  onError?: (error: unknown) => void;
  /** The time, for tests: milliseconds since the epoch. */
  clock?: { now(): number };
}

export type ResolvedOptions = Required<Omit<CompanyCacheOptions, 'redis' | 'keyTemplate' | 'ttlSeconds'>> & {
  templates: KeyTemplates;
  ttlSeconds: number | null;
};

/** @throws RCM_TEMPLATE_INVALID, RCM_CONFIG_INVALID */
export function resolveOptions(options: CompanyCacheOptions): ResolvedOptions {
  return {
    templates: openTemplate(options.keyTemplate ?? 'company:{companyId}:*'),
    ttlSeconds: options.ttlSeconds === undefined ? null : within('ttlSeconds', options.ttlSeconds, 0.001, Infinity),
    flushIntervalMs: within('flushIntervalMs', options.flushIntervalMs ?? 5000, 100, 30_000),
    policyLifetimeMs: within('policyLifetimeMs', options.policyLifetimeMs ?? 4000, 0, 4000),
    commandTimeoutMs: within('commandTimeoutMs', options.commandTimeoutMs ?? 500, 1, 60_000),
    closeTimeoutMs: within('closeTimeoutMs', options.closeTimeoutMs ?? 5000, 1, 600_000),
    record: options.record ?? true,
    events: options.events ?? true,
    serialize: options.serialize ?? JSON.stringify,
    deserialize: options.deserialize ?? JSON.parse,
    handleSignals: options.handleSignals ?? false,
    onError: quietly(options.onError),
    clock: options.clock ?? Date,
  };
}

/** The lifetime asked for, checked. @throws RCM_USAGE */
export function assertTtl(ttl: number | undefined): void {
  if (ttl === undefined || (Number.isFinite(ttl) && ttl > 0)) return;
  throw new RcmError('RCM_USAGE', `A ttl of ${ttl} seconds cannot be used`, 'Give a positive number of seconds.');
}

function openTemplate(text: string): KeyTemplates {
  const templates = new KeyTemplates([text]);
  if (templates.templates[0]?.open) return templates;
  const message = `Key template '${text}' cannot be used: it has no place for the key`;
  throw new RcmError('RCM_TEMPLATE_INVALID', message, 'End it with *, as in company:{companyId}:* .');
}

function within(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  const range = most === Infinity ? `at least ${least}` : `between ${least} and ${most}`;
  throw new RcmError('RCM_CONFIG_INVALID', `${name} cannot be ${value}`, `Give a number ${range}.`);
}

/** An error handler that throws must not break the cache. */
function quietly(onError: ((error: unknown) => void) | undefined): (error: unknown) => void {
  if (onError === undefined) return () => undefined;
  return (error) => {
    try {
      onError(error);
    } catch {
      // There is nobody left to tell.
    }
  };
}
