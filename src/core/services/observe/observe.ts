import { RcmError } from '../../errors.js';
import { KeyTemplates, toBinary } from '../../redis/key-template.js';
import { acquireLease, type Lease } from '../../redis/lease.js';
import { ownKeys } from '../../redis/namespace.js';
import { type Baseline, readBaseline } from '../../redis/observe/baseline.js';
import { NodeObserver } from '../../redis/observe/node-observer.js';
import type { ObservedNode } from '../../redis/observe/observed-node.js';
import { within } from '../../redis/observe/pause.js';
import { ServerWatch } from '../../redis/observe/server-watch.js';
import { type ObservedServers, openServers } from '../../redis/observe/servers.js';
import { SettingsKeeper } from '../../redis/observe/settings-keeper.js';
import { type CompanyOf, SightingCounter } from '../../redis/observe/sighting-counter.js';
import { redisError } from '../../redis/redis-error.js';
import { companyNames } from '../company/names.js';
import type { Ports } from '../ports.js';
import { observeIntervals, type Stop } from './intervals.js';
import { LEASE_MS, OBSERVE_LEASE, troubleOf } from './left-behind.js';
import { makeReport } from './make-report.js';
import { NodeTally } from './node-tally.js';
import { ObserveRecorder } from './recording.js';
import type { ObserveReport } from './report.js';
import type { ObserveRequest } from './request.js';
import { assertSomethingIsSeen, sightOf } from './sight.js';

const BASELINE_MS = 1000;
const RELEASE_WITHIN_MS = 500;

/**
 * Counts the reads, hits, misses, expirations and evictions of companies from Redis itself, for a while: key-miss events and MONITOR,
 * on one connection a server. What is changed on the server is put back, whatever happens. Whoever interrupts gets what was seen
 * until then. `complete`: something was observed of every server.
 * @throws RCM_CONFLICT when somebody observes, RCM_REDIS_FORBIDDEN when neither reads nor misses can be seen, RCM_REDIS_*
 */
export async function observe(
  ports: Ports,
  request: ObserveRequest,
): Promise<{ report: ObserveReport; complete: boolean }> {
  const servers = await openServers(ports.redis).catch((error: unknown) => {
    throw redisError(error, ports.redis.label);
  });
  try {
    const warnings: string[] = [];
    const lease = await takeLease(servers, ports);
    try {
      return await new Observation(ports, request, servers, lease, warnings).run();
    } finally {
      // Where Redis is away it ends by itself.
      if (lease !== null) await within(RELEASE_WITHIN_MS, lease.release());
    }
  } catch (error) {
    throw redisError(error, ports.redis.label);
  } finally {
    servers.close();
  }
}

/** null where Redis cannot be written. @throws RCM_CONFLICT when somebody holds it */
async function takeLease(servers: ObservedServers, ports: Ports): Promise<Lease | null> {
  const keeper = servers.keeperOf(ownKeys.lock(OBSERVE_LEASE));
  try {
    const lease = await acquireLease(keeper, OBSERVE_LEASE, { ttlMs: LEASE_MS });
    if (lease !== null) return lease;
  } catch (error) {
    if (!isUnwritable(error)) throw redisError(error, ports.redis.label);
    return null;
  }
  throw new RcmError(
    'RCM_CONFLICT',
    'This Redis is being observed by another run',
    `Nothing was changed. Wait until it has ended (at most ${LEASE_MS / 1000} s after it died), then run this again.`,
  );
}

function isUnwritable(error: unknown): boolean {
  return /NOPERM|READONLY|OOM|MISCONF/.test(String(error));
}

/** One run, with the lease held. */
class Observation {
  readonly #templates: KeyTemplates;
  readonly #recorder: ObserveRecorder | null;
  readonly #settings: SettingsKeeper;

  constructor(
    private readonly ports: Ports,
    private readonly request: ObserveRequest,
    private readonly servers: ObservedServers,
    private readonly lease: Lease | null,
    private readonly warnings: string[],
  ) {
    const { config, clock } = ports;
    this.#templates = new KeyTemplates(config.keyTemplates);
    this.#settings = new SettingsKeeper(servers.keeperOf(ownKeys.observeRestore), lease?.token ?? '');
    this.#recorder = request.record
      ? new ObserveRecorder(servers.dataOf, this.#templates, { force: request.force, clock })
      : null;
  }

  async run(): Promise<{ report: ObserveReport; complete: boolean }> {
    const { ports, servers, warnings, lease, request } = this;
    if (lease === null) warnings.push('Redis cannot be written: two observers at once cannot be kept apart.');
    if (request.companies !== null)
      await this.#recorder?.assertNotRecorded(request.companies.map((company) => company.companyId));
    await this.#putBackLeftovers();
    const names = await companyNames(ports);
    const baselines = await this.#baselines();
    const startedAt = ports.clock();
    const tallies: NodeTally[] = [];
    let stop: Stop | null = null;
    try {
      const settings = await this.#extend();
      for (const node of servers.nodes) {
        const setting = settings.get(node) ?? null;
        const observer = this.#observer(node, baselines.get(node) as Baseline, setting);
        tallies.push(new NodeTally(observer));
        await observer.start();
      }
      assertSomethingIsSeen(tallies);
      stop = await observeIntervals(tallies, this.request, {
        recorder: this.#recorder,
        signal: ports.signal,
        lease,
        onProgress: request.onProgress,
      });
    } finally {
      for (const { observer } of tallies) observer.close();
      await this.#putBack();
    }
    await this.#recorder?.flush();
    return makeReport({
      request,
      tallies,
      seen: sightOf(tallies),
      names,
      startedAt,
      generatedAt: ports.clock(),
      stop,
      recorder: this.#recorder,
      warnings,
    });
  }

  async #baselines(): Promise<Map<ObservedNode, Baseline>> {
    const { baselineMs = BASELINE_MS, durationMs } = this.request;
    const ms = Math.min(baselineMs, durationMs / 4);
    const signal = this.ports.signal ?? new AbortController().signal;
    const read = this.servers.nodes.map(async (node) => [node, await readBaseline(node, ms, signal)] as const);
    return new Map(await Promise.all(read));
  }

  #observer(node: ObservedNode, baseline: Baseline, setting: string | null): NodeObserver {
    const recorder = this.#recorder;
    const onRead = recorder && ((id: string, key: string, missed: boolean) => recorder.read(id, key, missed));
    const counter = new SightingCounter(node.control.options.db ?? 0, this.#companyOf(), onRead);
    return new NodeObserver(node, new ServerWatch(node, baseline, setting), counter, {
      connectTimeoutMs: this.ports.redis.settings.connectTimeoutMs,
      mostPercent: this.request.maxOverheadPercent,
    });
  }

  #companyOf(): CompanyOf {
    const templates = this.#templates;
    const { companies } = this.request;
    if (companies === null) return (key) => templates.match(key);
    const wanted = new Set(companies.map(({ companyId }) => toBinary(companyId)));
    return (key) => {
      const id = templates.match(key);
      return id === null || wanted.has(id) ? id : undefined;
    };
  }

  /** @throws RCM_REDIS_FORBIDDEN where what to put back cannot be kept */
  async #extend(): Promise<Map<ObservedNode, string | null>> {
    try {
      return await this.#settings.extend(this.servers.nodes);
    } catch (error) {
      if (!isUnwritable(error)) throw error;
      throw new RcmError(
        'RCM_REDIS_FORBIDDEN',
        'notify-keyspace-events would have to be extended, and what to put back cannot be kept in Redis',
        'Let this user write rcm:* (ACL SETUSER … ~rcm:* +set +del), or set notify-keyspace-events to Emxe yourself. Nothing was changed.',
      );
    }
  }

  async #putBackLeftovers(): Promise<void> {
    if (this.lease === null) return;
    for (const one of await this.#settings.putBackLeftovers(this.servers.nodes)) {
      const trouble = troubleOf(one);
      this.warnings.push(
        trouble ??
          `An observer that died had left notify-keyspace-events of ${one.label} at '${one.setting.set}': it was put back to '${one.setting.former}' first.`,
      );
    }
  }

  async #putBack(): Promise<void> {
    const outcomes = await this.#settings.putBack(this.servers.nodes).catch(() => null);
    if (outcomes === null)
      this.warnings.push(
        'Redis cannot be reached to put notify-keyspace-events back: the next `rcm observe` or `rcm doctor` does it.',
      );
    for (const one of outcomes ?? []) {
      const trouble = troubleOf(one);
      if (trouble !== null) this.warnings.push(trouble);
    }
  }
}
