import type { Redis } from 'ioredis';
import { Top } from '../../domain/top.js';
import { displayBytes, type KeyTemplates } from '../key-template.js';
import { driveScan } from './drive.js';
import { FallbackStepper } from './fallback-stepper.js';
import { PipelineStepper } from './pipeline-stepper.js';
import { ScriptStepper } from './script-stepper.js';
import type { Step } from './stepper.js';
import { Throttle } from './throttle.js';

/** A server (one node of a cluster) to scan. */
export interface ScanNode {
  redis: Redis;
  /** Address without secrets. */
  label: string;
  role: 'primary' | 'replica';
  /** The cluster slots it serves, each range with both ends; absent where it serves every key. */
  slots?: readonly (readonly [number, number])[];
}

export interface ScanOptions {
  templates: KeyTemplates;
  /** MEMORY USAGE with SAMPLES 0: every element is counted. Default: Redis's own sampling of 5 elements. */
  exact?: boolean;
  /** Read even keys of over 100,000 elements or 16 MB whole in exact mode. */
  allowSlow?: boolean;
  /** Look also at what never expires, and at keys of so many bytes: `companies` tell of both. */
  largeFrom?: number;
  /** Most keys per second, per node. */
  maxRate?: number;
  onProgress?: (progress: ScanProgress) => void;
  signal?: AbortSignal;
}

export interface ScanProgress {
  keys: number;
  /** DBSIZE at the start, over all nodes. */
  total: number;
  elapsedMs: number;
}

/** What one company's cache holds. */
export interface CompanySum {
  keys: number;
  bytes: number;
  /** Bytes of keys that never expire; absent without `largeFrom`. */
  foreverBytes?: number;
  /** Keys of at least `largeFrom` bytes; the largest by name. Absent where there are none. */
  large?: { keys: number; bytes: number; largest: Top<LargeKey> };
}

export interface LargeKey {
  key: Buffer;
  bytes: number;
}

/** Large keys of one company that are named. */
const MOST_NAMED = 5;

/** What every company's cache holds: only sums, so memory grows with companies, never with keys. */
export interface KeyspaceScan {
  companies: Map<string, CompanySum>;
  /** This tool's own keys (rcm:*). */
  own: { keys: number; bytes: number };
  /** Companies that have counters: for others there is nothing to read. */
  recorded: Set<string>;
  /** Keys that belong to nobody: no template matches them. */
  otherKeys: number;
  keys: number;
  /** Keys over the limits of exact mode: sampled instead of read whole. The first ten by name. */
  tooLarge: { count: number; examples: string[] };
  /** false when scripts are refused somewhere and keys were measured one command each. */
  scripted: boolean;
  /** Why the scan went gently throughout: the server's load could not be read. */
  loadUnknown: boolean;
  nodes: { label: string; role: 'primary' | 'replica' }[];
  steps: number;
  serverMs: number;
}

/**
 * One pass over all keys of all nodes (DESIGN §8: production feels nothing). A key that vanishes meanwhile counts
 * nothing; SCAN may show a key twice while a table is being resized.
 * @throws what the client throws when a node fails; callers turn it into an RcmError
 */
export async function scanKeyspace(nodes: readonly ScanNode[], options: ScanOptions): Promise<KeyspaceScan> {
  const result: KeyspaceScan = {
    companies: new Map(),
    own: { keys: 0, bytes: 0 },
    recorded: new Set(),
    otherKeys: 0,
    keys: 0,
    tooLarge: { count: 0, examples: [] },
    scripted: true,
    loadUnknown: false,
    nodes: nodes.map(({ label, role }) => ({ label, role })),
    steps: 0,
    serverMs: 0,
  };
  const started = performance.now();
  const sizes = await Promise.all(nodes.map((node) => node.redis.dbsize().catch(() => 0)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const tick = () => options.onProgress?.({ keys: result.keys, total, elapsedMs: performance.now() - started });
  // Each node has a server of its own to spare: all are read at once.
  await Promise.all(nodes.map((node) => scanNode(node.redis, options, result, tick)));
  return result;
}

async function scanNode(redis: Redis, options: ScanOptions, result: KeyspaceScan, tick: () => void): Promise<void> {
  const throttle = await Throttle.of(redis, options);
  const stepper = new FallbackStepper<Step>(
    new ScriptStepper(redis, options),
    () => new PipelineStepper(redis, options),
    () => {
      result.scripted = false;
    },
  );
  for await (const step of driveScan(stepper, throttle, { ahead: true })) {
    add(result, step, options);
    tick();
  }
  if (!throttle.loadKnown) result.loadUnknown = true;
}

function add(result: KeyspaceScan, step: Step, { templates, largeFrom }: ScanOptions): void {
  result.keys += step.keys;
  result.own.keys += step.ownKeys;
  result.own.bytes += step.ownBytes;
  result.otherKeys += step.otherKeys;
  for (const id of step.recorded) result.recorded.add(id);
  result.steps += 1;
  result.serverMs += step.serverUs / 1000;
  result.tooLarge.count += step.tooLarge.length;
  for (const key of step.tooLarge)
    if (result.tooLarge.examples.length < 10) result.tooLarge.examples.push(displayBytes(key));
  step.each((id, keys, bytes, foreverBytes) => {
    const sum = result.companies.get(id);
    if (sum === undefined)
      result.companies.set(id, { keys, bytes, ...(largeFrom === undefined ? {} : { foreverBytes }) });
    else {
      sum.keys += keys;
      sum.bytes += bytes;
      if (sum.foreverBytes !== undefined) sum.foreverBytes += foreverBytes;
    }
  });
  for (const large of step.large) addLarge(result, large, templates);
}

function addLarge({ companies }: KeyspaceScan, large: LargeKey, templates: KeyTemplates): void {
  const sum = companies.get(displayBytes(templates.match(large.key.toString('latin1')) ?? ''));
  if (sum === undefined) return;
  sum.large ??= {
    keys: 0,
    bytes: 0,
    largest: new Top<LargeKey>(
      MOST_NAMED,
      (a, b) => b.bytes - a.bytes,
      ({ key }) => key.toString('latin1'),
    ),
  };
  sum.large.keys += 1;
  sum.large.bytes += large.bytes;
  sum.large.largest.add(large);
}
