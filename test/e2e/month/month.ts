import type { Redis } from 'ioredis';
import type { CompanyView } from '../../../src/core/domain/company-view.js';
import type { Target } from '../../../src/core/domain/notify/target.js';
import { alerts } from '../../../src/core/services/alerts/alerts.js';
import type { AlertsReport } from '../../../src/core/services/alerts/report.js';
import { survey } from '../../../src/core/services/companies/survey.js';
import { notify } from '../../../src/core/services/notify/notify.js';
import { takeSnapshot } from '../../../src/core/services/snapshot.js';
import { type Receiver, startReceiver } from '../../support/receiver.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { TimeLapse } from '../../support/redis/time-lapse.js';
import { Application } from './application.js';
import { Differences } from './differences.js';
import { type Events, type ExpectedEntry, eventsOf, makeChange } from './events.js';
import { evictSome, infoOf } from './evict.js';
import { type Figures, figuresOf, firstSettings } from './figures.js';
import { Ledger } from './ledger.js';
import { DAY, HOUR, MINUTE, type PlannedCompany, planOf, type Scale } from './plan.js';
import { type Engine, type Platform, platformOn } from './platform.js';
import { alertsOf, type ExpectedAlert, Told } from './told.js';
import { expectedView, shownOf } from './views.js';

/** A snapshot as it must be. */
export interface ExpectedSnapshot {
  atMs: number;
  figures: Figures[];
}

/** What a message of a run holds, as the receiver got it. */
interface ToldMessage {
  new: ToldIssue[];
  worse: ToldIssue[];
  resolved: ToldIssue[];
  omitted: number;
}
interface ToldIssue {
  severity: string;
  code: string;
  companyId: string | null;
  since: string;
}

/**
 * Simulated time of a whole platform: a real Redis, the real client, hourly snapshots and notifications, beside a ledger
 * that knows from the planned accesses alone what must come out. `run` it once; then ask. Close it.
 */
export class Month {
  readonly ledger = new Ledger();
  readonly settings = firstSettings();
  readonly events: Events;
  readonly companies: PlannedCompany[];
  readonly application: Application;
  readonly told = new Told();
  /** Where what was measured is not what follows from the accesses. */
  readonly differences = new Differences();
  readonly snapshots: ExpectedSnapshot[] = [];
  readonly history: ExpectedEntry[] = [];
  /** Which alerts there were, and how many messages told of how many changes of which kind. */
  readonly alerted = new Set<string>();
  messages = 0;
  readonly changesTold = { new: 0, worse: 0, resolved: 0 };
  /** The hour of the plan as of which companies are listed. */
  #listed = 0;

  private constructor(
    readonly scale: Scale,
    readonly startMs: number,
    readonly server: RedisServer,
    readonly redis: Redis,
    readonly platform: Platform,
    readonly lapse: TimeLapse,
    readonly receiver: Receiver,
  ) {
    this.events = eventsOf(scale);
    this.companies = planOf(scale, startMs);
    this.application = new Application(server, lapse, this.companies, this.ledger, this.differences);
    platform.ports.clock = () => new Date(lapse.nowMs);
  }

  /** The month ends with the last hour that is over. */
  static async create(scale: Scale, engine: Engine): Promise<Month> {
    const startMs = Math.floor(Date.now() / HOUR) * HOUR - scale.hours * HOUR;
    const server = await startRedis();
    const redis = connect(server);
    const platform = await platformOn(server.url, engine);
    return new Month(scale, startMs, server, redis, platform, new TimeLapse(redis, startMs), await startReceiver());
  }

  async close(): Promise<void> {
    await this.application.close();
    await this.receiver.stop();
    await this.platform.close();
    this.redis.disconnect();
    await this.server.stop();
  }

  async run(): Promise<void> {
    await this.#list(0);
    for (let hour = 0; hour < this.scale.hours; hour += 1) await this.#hour(hour);
    // The command has the real clock: on to a time from which no key expires for the next minutes.
    const quarter = 15 * MINUTE;
    await this.passTo(Math.ceil((Date.now() - 2 * MINUTE) / quarter) * quarter + 2 * MINUTE);
  }

  async #hour(hour: number): Promise<void> {
    const { events } = this;
    const at = (minute: number): number => this.startMs + hour * HOUR + minute * MINUTE;
    const snapshots = hour < events.weekend[0] || hour >= events.weekend[1];
    await this.#access(at(2), hour, 0);
    await this.passTo(at(7));
    if (hour === events.evictAt) await evictSome(this.redis, this.ledger, this.differences);
    if (hour === events.evictionsForgottenAt) await this.redis.config('RESETSTAT');
    if (hour === events.fullFrom) await this.#limit(0.87);
    if (hour === events.fullTo) await this.#limit(null);
    if (snapshots) await this.#snapshot();
    await this.#look();
    await this.#access(at(17), hour, 1);
    await this.passTo(at(20));
    if (hour === events.flushAt) await this.#flushAll();
    await this.passTo(at(28));
    if (hour === events.listedAnewAt) await this.#list(hour);
    for (const change of events.changes)
      if (change.hour === hour) this.history.push(await makeChange(this.platform.ports, this.settings, change));
    await this.#access(at(32), hour, 2);
    await this.#access(at(47), hour, 3);
    await this.passTo(at(52));
    // Somebody takes one more now and then: the last of the hour is the one that stays.
    if (snapshots && hour % 6 === 5) await this.#snapshot();
  }

  async passTo(ms: number): Promise<void> {
    if (ms > this.lapse.nowMs) await this.lapse.pass(ms - this.lapse.nowMs);
    const forgotten = this.ledger.pass(this.lapse.nowMs);
    if (forgotten.length > 0) await this.redis.unlink(...forgotten);
  }

  async #access(ms: number, hour: number, quarter: number): Promise<void> {
    await this.passTo(ms);
    await this.application.access(hour, quarter);
  }

  async #list(hour: number): Promise<void> {
    this.#listed = hour;
    const listed = this.companies.filter(({ listedFrom }) => listedFrom <= hour);
    await this.platform.list(listed, this.platform.ports.clock());
  }

  /** Bytes of every company, key by key, by a plain loop; a key that the ledger has and Redis has not is a difference. */
  async bytes(): Promise<Map<string, number>> {
    const names = [...this.ledger.keys].flatMap(([id, cache]) => [...cache.keys()].map((key) => [id, key] as const));
    const replies = await this.redis
      .pipeline(names.map(([id, key]) => ['memory', 'usage', `company:${id}:${key}`]))
      .exec();
    const sums = new Map<string, number>();
    names.forEach(([id, key], i) => {
      const bytes = replies?.[i]?.[1];
      if (typeof bytes !== 'number') this.differences.note('keys that are gone', `${id} ${key} at ${this.time()}`);
      sums.set(id, (sums.get(id) ?? 0) + Number(bytes ?? 0));
    });
    return sums;
  }

  /** The figures that must be shown at a time, of the keys that there are now. */
  async figures(nowMs = this.lapse.nowMs): Promise<Figures[]> {
    const moment = { nowMs, hour: this.#listed, settings: this.settings, bytes: await this.bytes() };
    return figuresOf(this.companies, this.ledger, moment);
  }

  async #snapshot(): Promise<void> {
    const figures = await this.figures();
    const taken = await takeSnapshot(this.platform.ports);
    const outcome = taken.recorded ? { complete: taken.complete, warnings: taken.warnings } : taken;
    this.differences.compare('snapshots', this.time(), outcome, { complete: true, warnings: [] });
    this.snapshots.push({ atMs: this.lapse.nowMs, figures });
    this.ledger.keep(this.lapse.nowMs);
  }

  /** What must be alerted at a time; of Redis's own memory and evictions as it says itself. */
  async expectedAlerts(figures: readonly Figures[], nowMs = this.lapse.nowMs): Promise<ExpectedAlert[]> {
    const [used, max, evicted] = (await Promise.all(
      ['used_memory', 'maxmemory', 'evicted_keys'].map((name) => infoOf(this.redis, name)),
    )) as [number, number, number];
    return alertsOf(figures, {
      nowMs,
      lastSnapshotMs: this.snapshots.at(-1)?.atMs ?? null,
      memoryPercent: max === 0 ? null : (used / max) * 100,
      // The server's uptime is no simulated one: by the clock it has just started, and counts since then.
      evicted,
    });
  }

  async #look(): Promise<void> {
    const { ports } = this.platform;
    const figures = await this.figures();
    const expected = await this.expectedAlerts(figures);
    const found = await survey(ports, DAY);
    const report = await alerts(found, ports);
    this.compareCompanies(found.companies, figures);
    this.compareAlerts(report, expected);
    const changes = this.told.run(expected, figures, this.lapse.nowMs);
    const names = new Map(found.companies.map(({ companyId, companyName }) => [companyId, companyName]));
    const news = {
      alerts: report.alerts,
      names,
      platform: { store: null, redis: null },
      generatedAt: report.generatedAt,
    };
    const unlogged = `${this.platform.dir}/unlogged.ndjson`;
    const { warnings } = await notify([this.#target()], news, { ...ports, unlogged }, { dryRun: false, quietMs: 0 });
    this.differences.compare('notifications', `${this.time()}: warnings`, warnings, []);
    const bodies = this.receiver.take().map(({ body }) => JSON.parse(body) as ToldMessage);
    const got = bodies.flatMap((body) =>
      (['new', 'worse', 'resolved'] as const).flatMap((kind) => body[kind].map((issue) => ({ kind, ...issue }))),
    );
    const lines = got.map(
      ({ kind, code, severity, companyId, since }) => `${kind} ${code} ${severity} ${companyId} ${since}`,
    );
    const wanted = changes.map(
      ({ kind, code, severity, companyId, sinceMs }) =>
        `${kind} ${code} ${severity} ${companyId} ${new Date(sinceMs).toISOString()}`,
    );
    this.differences.compare('notifications', this.time(), lines.sort(), wanted.sort());
    this.differences.compare('notifications', `${this.time()}: messages`, bodies.length, changes.length > 0 ? 1 : 0);
    this.messages += bodies.length;
    for (const { kind } of changes) this.changesTold[kind] += 1;
  }

  /** Every figure of every company. @param within how far money may be apart */
  compareCompanies(views: readonly CompanyView[], figures: readonly Figures[], within = 0): void {
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
    const [shown, wanted] = [views.map(shownOf).sort(byId), figures.map(expectedView).sort(byId)];
    const kind = 'figures of companies';
    this.differences.compare(
      kind,
      `${this.time()}: who`,
      shown.map(({ id }) => id),
      wanted.map(({ id }) => id),
    );
    for (const [i, one] of shown.entries()) this.differences.compare(kind, this.time(), one, wanted[i], within);
  }

  /** What is alerted, and since when. */
  compareAlerts(report: Pick<AlertsReport, 'alerts' | 'generatedAt'>, expected: readonly ExpectedAlert[]): void {
    const line = ({ code, severity, companyId }: ExpectedAlert, sinceMs: number) =>
      `${code} ${severity} ${companyId} ${new Date(sinceMs).toISOString()}`;
    const nowMs = new Date(report.generatedAt).getTime();
    const got = report.alerts.map((alert) => line(alert, new Date(alert.since ?? 0).getTime()));
    const wanted = expected.map((alert) => line(alert, this.told.since(alert) ?? nowMs));
    for (const { code, severity } of expected) this.alerted.add(`${code} ${severity}`);
    this.differences.compare('alerts', this.time(), got.sort(), wanted.sort());
  }

  #target(): Target {
    const wanted = { minSeverity: 'warning' as const, companies: null, codes: null };
    const url = new URL(`${this.receiver.url}/rcm`);
    return { name: 'ops', type: 'webhook', url, secret: null, from: '', to: [], wanted, timeoutMs: 10_000 };
  }

  async #flushAll(): Promise<void> {
    await this.redis.flushall();
    this.ledger.flushAll();
  }

  async #limit(share: number | null): Promise<void> {
    const used = await infoOf(this.redis, 'used_memory');
    await this.redis.config('SET', 'maxmemory', share === null ? '0' : String(Math.round(used / share)));
  }

  /** How much was looked at, for who keeps it. */
  summary() {
    const { application, snapshots, messages, changesTold, scale, differences } = this;
    const { hours, companies } = scale;
    const { accesses } = application;
    return { hours, companies, accesses, snapshots: snapshots.length, messages, changesTold, ...differences.totals() };
  }

  time(): string {
    return new Date(this.lapse.nowMs).toISOString();
  }
}
