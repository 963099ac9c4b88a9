import type { Redis } from 'ioredis';
import { CompanyCache } from '../../../src/client/index.js';
import type { CompanyView } from '../../../src/core/domain/company-view.js';
import type { Target } from '../../../src/core/domain/notify/target.js';
import { alerts } from '../../../src/core/services/alerts/alerts.js';
import type { AlertsReport } from '../../../src/core/services/alerts/report.js';
import { importCompanies } from '../../../src/core/services/companies/import.js';
import { survey } from '../../../src/core/services/companies/survey.js';
import { notify } from '../../../src/core/services/notify/notify.js';
import { takeSnapshot } from '../../../src/core/services/snapshot.js';
import { type Rig, rigOn } from '../../integration/services/rig.js';
import { type Receiver, startReceiver } from '../../support/receiver.js';
import { connect, type RedisServer, startRedis } from '../../support/redis/index.js';
import { TimeLapse } from '../../support/redis/time-lapse.js';
import { Differences } from './differences.js';
import { type Events, type ExpectedEntry, eventsOf, makeChange } from './events.js';
import { type Figures, figuresOf, firstSettings } from './figures.js';
import { Ledger } from './ledger.js';
import { DAY, HOUR, MINUTE, type Op, type PlannedCompany, planOf, type Scale } from './plan.js';
import { Stopwatch } from './stopwatch.js';
import { alertsOf, type ExpectedAlert, Told } from './told.js';

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
  readonly told = new Told();
  /** Where what was measured is not what follows from the accesses. */
  readonly differences = new Differences();
  readonly snapshots: ExpectedSnapshot[] = [];
  readonly history: ExpectedEntry[] = [];
  /** Which alerts there were, and how many messages told of how many changes of which kind. */
  readonly alerted = new Set<string>();
  messages = 0;
  readonly changesTold = { new: 0, worse: 0, resolved: 0 };
  accesses = 0;
  /** The hour of the plan as of which companies are listed. */
  #listed = 0;
  readonly #stopwatch = new Stopwatch();

  private constructor(
    readonly scale: Scale,
    readonly startMs: number,
    readonly server: RedisServer,
    readonly redis: Redis,
    readonly rig: Rig,
    readonly lapse: TimeLapse,
    readonly receiver: Receiver,
    readonly caches: { recorded: CompanyCache; counted: CompanyCache },
  ) {
    this.events = eventsOf(scale);
    this.companies = planOf(scale, startMs);
    rig.ports.clock = () => new Date(lapse.nowMs);
  }

  /** The month ends with the last hour that is over. */
  static async create(scale: Scale): Promise<Month> {
    const startMs = Math.floor(Date.now() / HOUR) * HOUR - scale.hours * HOUR;
    const server = await startRedis();
    const [redis, application] = [connect(server), connect(server)];
    const lapse = new TimeLapse(redis, startMs);
    const rig = await rigOn(server.url);
    const receiver = await startReceiver();
    const use = { redis: application, clock: lapse.clock, flushIntervalMs: 30_000, commandTimeoutMs: 20_000 };
    // Events of all would make the log large, and nothing here rests on them.
    const caches = { recorded: new CompanyCache(use), counted: new CompanyCache({ ...use, events: false }) };
    const month = new Month(scale, startMs, server, redis, rig, lapse, receiver, caches);
    month.#slowDown(application);
    return month;
  }

  async close(): Promise<void> {
    this.#stopwatch.restore();
    await this.caches.recorded.close();
    await this.caches.counted.close();
    await this.receiver.stop();
    await this.rig.close();
    this.redis.disconnect();
    this.#application?.disconnect();
    await this.server.stop();
  }

  #application: Redis | null = null;
  #commandMs = new Map<string, number>();

  /** The application's connection takes each company its own time for a read, on the stopwatch. */
  #slowDown(application: Redis): void {
    this.#application = application;
    this.#commandMs = new Map(this.companies.map(({ id, commandMs }) => [id, commandMs]));
    const get = application.get.bind(application) as (key: string) => Promise<string | null>;
    Object.assign(application, {
      get: async (key: string) => {
        const text = await get(key);
        this.#stopwatch.take(this.#commandMs.get(key.split(':')[1] ?? '') ?? 0);
        return text;
      },
    });
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
    if (hour === events.evictAt) await this.#evict();
    if (hour === events.evictionsForgottenAt) await this.#forgetEvictions();
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
      if (change.hour === hour) this.history.push(await makeChange(this.rig.ports, this.settings, change));
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
    await Promise.all(this.companies.map((company, n) => this.#accessOf(company, n, company.ops(hour, quarter))));
    await this.caches.recorded.flush();
    await this.caches.counted.flush();
  }

  async #accessOf({ id, commandMs }: PlannedCompany, n: number, ops: readonly Op[]): Promise<void> {
    const cache = n % 10 === 1 ? this.caches.recorded : this.caches.counted;
    const atMs = this.lapse.nowMs;
    for (const op of ops) {
      this.accesses += 1;
      const expected = this.ledger.apply(id, op, atMs, commandMs);
      const got = await this.#stopwatch.run(() => this.#do(cache, id, op, atMs));
      this.differences.compare(
        'what the application got',
        `${id} ${op.kind} ${op.key} at ${this.time()}`,
        got,
        expected,
      );
    }
  }

  async #do(cache: CompanyCache, id: string, op: Op, atMs: number) {
    const options = op.ttl === null ? {} : { ttl: op.ttl };
    const value = Ledger.valueOf(op, atMs);
    if (op.kind === 'get') return { found: await cache.get<string>(id, op.key), removed: 0 };
    if (op.kind === 'delete') return { found: null, removed: await cache.delete(id, op.key) };
    if (op.kind === 'invalidate') return { found: null, removed: await cache.invalidate(id) };
    if (op.kind === 'set') {
      await cache.set(id, op.key, value, options);
      return { found: null, removed: 0 };
    }
    let loaded = false;
    const load = (): string => {
      loaded = true;
      this.#stopwatch.take(op.loadMs);
      return value;
    };
    const found = await cache.wrap(id, op.key, load, options);
    return { found: loaded ? null : found, removed: 0 };
  }

  async #list(hour: number): Promise<void> {
    this.#listed = hour;
    const companies = this.companies
      .filter(({ listedFrom }) => listedFrom <= hour)
      .map(({ id, name, usage }) => ({ companyId: id, companyName: name, ...usage }));
    await importCompanies(this.rig.ports.store, { companies, file: 'list.csv' }, this.rig.ports.clock());
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
    const taken = await takeSnapshot(this.rig.ports);
    const outcome = taken.recorded ? { complete: taken.complete, warnings: taken.warnings } : taken;
    this.differences.compare('snapshots', this.time(), outcome, { complete: true, warnings: [] });
    this.snapshots.push({ atMs: this.lapse.nowMs, figures });
    this.ledger.keep(this.lapse.nowMs);
  }

  /** What must be alerted at a time; of Redis's own memory and evictions as it says itself. */
  async expectedAlerts(figures: readonly Figures[], nowMs = this.lapse.nowMs): Promise<ExpectedAlert[]> {
    const info = await this.redis.info();
    const number = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
    const max = number('maxmemory');
    return alertsOf(figures, {
      nowMs,
      lastSnapshotMs: this.snapshots.at(-1)?.atMs ?? null,
      memoryPercent: max === 0 ? null : (number('used_memory') / max) * 100,
      // The server's uptime is no simulated one: by the clock it has just started, and counts since then.
      evicted: number('evicted_keys'),
    });
  }

  async #look(): Promise<void> {
    const { ports } = this.rig;
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
    const unlogged = `${this.rig.dir}/unlogged.ndjson`;
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

  /** Redis is short of memory for a moment: which keys went only Redis can tell. */
  async #evict(): Promise<void> {
    const before = await this.#info('stats', 'evicted_keys');
    await this.redis.config('SET', 'maxmemory-policy', 'volatile-ttl');
    await this.redis.config('SET', 'maxmemory', String((await this.#info('memory', 'used_memory')) - 60_000));
    await this.redis.ping();
    await this.redis.config('SET', 'maxmemory', '0');
    await this.redis.config('SET', 'maxmemory-policy', 'noeviction');
    const evicted = (await this.#info('stats', 'evicted_keys')) - before;
    let gone = 0;
    for (const [id, cache] of this.ledger.keys)
      for (const key of [...cache.keys()])
        if ((await this.redis.exists(`company:${id}:${key}`)) === 0) gone += Number(cache.delete(key));
    for (const [key, [id, hourMs]] of this.ledger.counterKeys()) {
      if ((await this.redis.exists(key)) === 1) continue;
      this.ledger.forget(id, hourMs);
      gone += 1;
    }
    // Streams of events may be among them.
    if (gone === 0 || gone > evicted) this.differences.note('evictions', `${gone} of ${evicted} are known`);
  }

  async #forgetEvictions(): Promise<void> {
    await this.redis.config('RESETSTAT');
  }

  async #limit(share: number | null): Promise<void> {
    const used = await this.#info('memory', 'used_memory');
    await this.redis.config('SET', 'maxmemory', share === null ? '0' : String(Math.round(used / share)));
  }

  async #info(section: string, name: string): Promise<number> {
    return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(await this.redis.info(section))?.[1]);
  }

  time(): string {
    return new Date(this.lapse.nowMs).toISOString();
  }
}

const LEVELS = { within_budget: 'fine', warning: 'warning', critical: 'critical', unknown: null } as const;

function shownOf({ companyId: id, orphan, metrics, costs, budget, status }: CompanyView) {
  const line = ({ used, percentUsed: percent, status }: CompanyView['budget']['lines']['cache']) => ({
    ...{ used, percent, level: LEVELS[status] },
  });
  const { keys, cacheBytes: bytes, hitRate, avgResponseMs: responseMs, clears24h: clears } = metrics;
  const { cache, storage, calls } = budget.lines;
  return {
    ...{ id, orphan, keys, bytes, hitRate, responseMs, clears, score: status.score, status: status.code },
    ...{ redisCost: costs.redis, mongodbCost: costs.mongodb, twilioCost: costs.twilio },
    budget: { cache: line(cache), storage: line(storage), calls: line(calls) },
    headline: line(budget),
  };
}

function expectedView(figures: Figures) {
  const { hits: _, misses: __, readUs: ___, coveredMs: ____, ...shown } = figures;
  return shown;
}
