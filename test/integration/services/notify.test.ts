import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SeenIssue } from '../../../src/core/domain/issue.js';
import type { Target } from '../../../src/core/domain/notify/target.js';
import { RcmError } from '../../../src/core/errors.js';
import { logUnlogged } from '../../../src/core/services/acts/unlogged.js';
import type { AlertsReport } from '../../../src/core/services/alerts/report.js';
import { type News, type NotifyOptions, notify } from '../../../src/core/services/notify/notify.js';
import { openStore } from '../../../src/core/store/open-store.js';
import { DEFAULT_PLATFORM_COLLECTIONS as collections } from '../../../src/core/store/platform-collections.js';
import { notificationRepository } from '../../../src/core/store/sqlite/notifications.js';
import { openDatabase } from '../../../src/core/store/sqlite/open.js';
import type { Store } from '../../../src/core/store/store.js';
import { describeMongo } from '../../support/mongo/index.js';
import { type Behaviour, hang, type Receiver, startReceiver, status } from '../../support/receiver.js';
import { tempDir } from '../../support/temp-dir.js';
import { waitUntil } from '../../support/wait-until.js';
import type { StoreHarness } from '../store/harness.js';
import { mongoHarness } from '../store/mongo-harness.js';
import { sqliteHarness } from '../store/sqlite-harness.js';

const T0 = Date.UTC(2026, 2, 1, 12);
const at = (minute: number) => new Date(T0 + minute * 60_000);
const seen = (companyId: string | null, severity: SeenIssue['severity'] = 'warning', code = 'BUDGET_CACHE') => ({
  companyId,
  code: code as 'BUDGET_CACHE',
  severity,
});

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.stop());
afterEach(() => {
  receiver.always(null);
  receiver.take();
});

const target = (name = 'ops', change: Partial<Target> = {}): Target => ({
  name,
  type: 'webhook',
  url: new URL(`${receiver.url}/${name}`),
  secret: null,
  from: '',
  to: [],
  wanted: { minSeverity: 'warning', companies: null, codes: null },
  timeoutMs: 2000,
  ...change,
});

interface Body {
  event: string;
  id: string;
  new: { companyId: string | null; severity: string; message: string | null; since: string }[];
  worse: { companyId: string }[];
  resolved: { companyId: string; companyName: string | null; resolvedAt: string }[];
}

/** A store of its own for each test, and looks at it. */
class Rig {
  constructor(
    readonly stores: { open(): Promise<Store> },
    readonly store: Store,
    readonly unlogged: string,
  ) {}

  /** One run: what it sees is recorded, then told. */
  async look(
    minute: number,
    issues: SeenIssue[],
    targets = [target()],
    options: Partial<NotifyOptions> = {},
    store = this.store,
  ) {
    await this.store.issues.record({ seen: issues, examined: () => true, at: at(minute) });
    return this.tell(minute, issues, targets, options, store);
  }

  tell(
    minute: number,
    issues: SeenIssue[],
    targets = [target()],
    options: Partial<NotifyOptions> = {},
    store = this.store,
    signal?: AbortSignal,
  ) {
    const news: News = {
      alerts: issues.map((issue) => ({
        ...issue,
        companyName: issue.companyId && `Name of ${issue.companyId}`,
        message: `What is wrong with ${issue.companyId}`,
        evidence: { percentUsed: 90 },
        since: null,
        command: 'rcm alerts',
      })) as AlertsReport['alerts'],
      names: new Map([['a', 'Name of a']]),
      platform: { store: 'here', redis: 'there' },
      generatedAt: at(minute),
    };
    const ports = { store, clock: () => at(minute), unlogged: this.unlogged, pauseMs: 5, signal };
    return notify(targets, news, ports, { dryRun: false, quietMs: 0, ...options });
  }
}

/** What came to a target since, as `new a`, `worse b`, `resolved c`, one list per message. */
function told(name = 'ops'): string[][] {
  return receiver
    .take()
    .filter(({ path }) => path === `/${name}`)
    .map(({ body }) => {
      const message = JSON.parse(body) as Body;
      return (['new', 'worse', 'resolved'] as const).flatMap((kind) =>
        message[kind].map(({ companyId }) => `${kind} ${companyId ?? 'platform'}`),
      );
    });
}

describe.each([
  { engine: 'sqlite', make: sqliteHarness, suite: describe },
  { engine: 'mongodb', make: mongoHarness, suite: describeMongo },
])('$engine', ({ make, suite }) => {
  suite('tells what is new, worse or over', () => {
    let stores: StoreHarness;
    let rig: Rig;
    beforeAll(async () => {
      stores = await make();
    });
    afterAll(() => stores.destroy());
    beforeEach(async () => {
      await stores.reset();
      rig = new Rig(stores, await stores.open(), `${await tempDir('unlogged')}/unlogged.ndjson`);
      return () => rig.store.close();
    });

    it('once: new, then nothing, then worse, then over, then new again', async () => {
      await rig.look(0, [seen('a'), seen(null, 'critical', 'REDIS_MEMORY')]);
      const [{ body } = expect.fail('nothing came')] = receiver.received;
      expect(told()).toEqual([['new platform', 'new a']]);
      expect(JSON.parse(body)).toMatchObject({
        event: 'rcm.alerts',
        version: 1,
        generatedAt: at(0).toISOString(),
        platform: { store: 'here', redis: 'there' },
        counts: { new: 2, worse: 0, resolved: 0 },
        new: [
          { companyId: null, code: 'REDIS_MEMORY', severity: 'critical', resolvedAt: null },
          {
            companyId: 'a',
            companyName: 'Name of a',
            severity: 'warning',
            since: at(0).toISOString(),
            evidence: { percentUsed: 90 },
          },
        ],
        omitted: 0,
      });
      const second = await rig.look(1, [seen('a'), seen(null, 'critical', 'REDIS_MEMORY')]);
      expect(second).toMatchObject({ notifications: [{ outcome: 'nothing', attempts: 0 }], warnings: [] });
      await rig.look(2, [seen('a', 'critical'), seen(null, 'critical', 'REDIS_MEMORY')]);
      expect(told()).toEqual([['worse a']]);
      const over = await rig.look(3, [seen(null, 'critical', 'REDIS_MEMORY')]);
      expect(over.notifications).toMatchObject([{ outcome: 'sent', new: 0, worse: 0, resolved: 1, attempts: 1 }]);
      const [end = expect.fail('nothing came')] = receiver.received;
      expect(JSON.parse(end.body).resolved).toMatchObject([
        { companyId: 'a', companyName: 'Name of a', since: at(0).toISOString(), resolvedAt: at(3).toISOString() },
      ]);
      expect(told()).toEqual([['resolved a']]);
      await rig.look(4, [seen('a')]);
      expect(told()).toEqual([['new a', 'resolved platform']]);
      const states = await rig.store.issues.list();
      expect(states.map(({ companyId, notifiedAt }) => [companyId, notifiedAt])).toEqual([
        [null, at(0)],
        ['a', at(4)],
      ]);
    });

    it('what detect found is told by its code, with the command that shows it', async () => {
      await rig.store.issues.record({
        seen: [{ companyId: 'a', code: 'MISSING_TTL', severity: 'warning' }],
        examined: () => false,
        at: at(0),
      });
      await rig.tell(1, []);
      const [{ body } = expect.fail('nothing came')] = receiver.take();
      expect((JSON.parse(body) as Body).new).toMatchObject([
        { companyId: 'a', companyName: 'Name of a', code: 'MISSING_TTL', message: null, command: 'rcm detect a' },
      ]);
    });

    it('better is not told, worse again is', async () => {
      await rig.look(0, [seen('a', 'critical')]);
      await rig.look(1, [seen('a', 'warning')]);
      await rig.look(2, [seen('a', 'warning')]);
      expect(told()).toEqual([['new a']]);
      await rig.look(3, [seen('a', 'critical')]);
      expect(told()).toEqual([['worse a']]);
    });

    it('what runs without --notify saw is told by the next one with it; what came and went meanwhile is not', async () => {
      await rig.store.issues.record({ seen: [seen('a'), seen('b')], examined: () => true, at: at(0) });
      await rig.store.issues.record({ seen: [seen('a')], examined: () => true, at: at(1) });
      await rig.tell(2, []);
      expect(told()).toEqual([['new a']]);
      await rig.store.issues.record({ seen: [], examined: () => true, at: at(3) });
      await rig.look(4, [seen('a')]);
      expect(told()).toEqual([]);
    });

    it('an end is held back for the quiet time: who comes back within it is no news', async () => {
      const quiet = { quietMs: 600_000 };
      await rig.look(0, [seen('a')], undefined, quiet);
      await rig.look(1, [], undefined, quiet);
      await rig.look(5, [seen('a')], undefined, quiet);
      await rig.look(6, [], undefined, quiet);
      await rig.look(15, [], undefined, quiet);
      expect(told()).toEqual([['new a']]);
      await rig.look(16, [], undefined, quiet);
      expect(told()).toEqual([['resolved a']]);
    });

    it('each target what it wants; one that fails keeps no other waiting', async () => {
      const critical = { ...target().wanted, minSeverity: 'critical' as const };
      const targets = [
        target('down', { url: new URL('http://nobody.invalid/down') }),
        target('critical', { wanted: critical }),
        target('one', { wanted: { ...target().wanted, companies: new Set(['a']) } }),
        target('code', { wanted: { ...target().wanted, codes: new Set(['REDIS_MEMORY']) } }),
      ];
      const issues = [seen('a'), seen('b', 'critical'), seen(null, 'warning', 'REDIS_MEMORY')];
      const { notifications, warnings } = await rig.look(0, issues, targets);
      expect(notifications.map(({ target: name, outcome, new: fresh }) => [name, outcome, fresh])).toEqual([
        ['down', 'failed', 3],
        ['critical', 'sent', 1],
        ['one', 'sent', 1],
        ['code', 'sent', 1],
      ]);
      expect(warnings).toEqual([
        expect.stringMatching(
          /^down \(http:\/\/nobody.invalid\/…\) was not told, after 3 attempts: .*A later run tries again\.$/,
        ),
      ]);
      const paths = receiver
        .take()
        .map(({ path, body }) => [path, (JSON.parse(body) as Body).new.map((c) => c.companyId)]);
      expect(paths.sort()).toEqual([
        ['/code', [null]],
        ['/critical', ['b']],
        ['/one', ['a']],
      ]);
      // Who was told of a critical one is told of its end, though it was a warning by then.
      await rig.look(1, [seen('b', 'warning')], targets.slice(1, 2));
      await rig.look(2, [], targets.slice(1, 2));
      expect(told('critical')).toEqual([['resolved b']]);
    });

    it('a failed message is kept in the log without a secret, and sent by the next run', async () => {
      receiver.always(status(500));
      const secret = target('ops', { url: new URL(`${receiver.url}/services/SECRET`), secret: 'KEY' });
      const { notifications } = await rig.look(0, [seen('a')], [secret]);
      expect(notifications).toMatchObject([
        { outcome: 'failed', attempts: 3, error: 'it answers 500 Internal Server Error' },
      ]);
      const [entry, ...more] = await rig.store.activity.list({ limit: 10 });
      expect(more).toEqual([]);
      expect(entry).toMatchObject({
        eventType: 'notify',
        timestamp: at(0),
        details: {
          target: 'ops',
          to: `${receiver.url}/…`,
          subject: 'rcm: warning: Name of a: What is wrong with a',
          issues: [{ companyId: 'a', code: 'BUDGET_CACHE', kind: 'new' }],
          attempts: 3,
          error: 'it answers 500 Internal Server Error',
        },
      });
      expect(JSON.stringify([entry, notifications])).not.toMatch(/SECRET|KEY/);
      const [first, second] = receiver
        .take()
        .map(({ body, headers }) => [(JSON.parse(body) as Body).id, headers['x-rcm-delivery']]);
      expect(first).toEqual(second);
      receiver.always(null);
      await rig.look(1, [seen('a')]);
      expect(told()).toEqual([['new a']]);
    });

    it('who takes no long message is told the most urgent, and how many there are', async () => {
      const small: Behaviour = (request, response) =>
        void response.writeHead(Number(request.headers['content-length']) > 50_000 ? 413 : 200).end();
      receiver.always(small);
      const issues = Array.from({ length: 400 }, (_, i) => seen(`c${i}`, i === 399 ? 'critical' : 'warning'));
      const { notifications } = await rig.look(0, issues);
      expect(notifications).toMatchObject([{ outcome: 'sent', new: 400, attempts: 2 }]);
      const [long, short] = receiver.take().map(({ body }) => JSON.parse(body) as Body & { omitted: number });
      expect([long?.new.length, long?.omitted]).toEqual([400, 0]);
      expect([short?.new.length, short?.omitted, short?.new[0]?.companyId, short?.id]).toEqual([
        20,
        380,
        'c399',
        long?.id,
      ]);
      expect((await rig.look(1, issues)).notifications).toMatchObject([{ outcome: 'nothing' }]);
    });

    it('several runs at once: each change is told once', async () => {
      const issues = Array.from({ length: 12 }, (_, i) => seen(`c${i}`));
      await rig.store.issues.record({ seen: issues, examined: () => true, at: at(0) });
      const stores = await Promise.all([1, 2, 3, 4].map(() => rig.stores.open()));
      const runs = await Promise.all(stores.map((store) => rig.tell(1, issues, undefined, {}, store)));
      await Promise.all(stores.map((store) => store.close()));
      expect(told().flat().sort()).toEqual(issues.map(({ companyId }) => `new ${companyId}`).sort());
      expect(runs.flatMap(({ warnings }) => warnings)).toEqual([]);
    });

    it('who died while telling: nobody tells for ten minutes, then it is told', async () => {
      await rig.store.issues.record({ seen: [seen('a')], examined: () => true, at: at(0) });
      await rig.store.notifications.claim(
        'ops',
        'dead',
        [{ companyId: 'a', code: 'BUDGET_CACHE', believed: null }],
        at(0),
      );
      const early = await rig.tell(9, [seen('a')]);
      expect(early.notifications).toMatchObject([{ outcome: 'nothing', elsewhere: 1 }]);
      expect(told()).toEqual([]);
      await rig.tell(10, [seen('a')]);
      expect(told()).toEqual([['new a']]);
    });

    it('an interruption gives the claim back', async () => {
      receiver.always(hang);
      const controller = new AbortController();
      await rig.store.issues.record({ seen: [seen('a')], examined: () => true, at: at(0) });
      const running = rig.tell(0, [seen('a')], undefined, {}, undefined, controller.signal);
      const ended = expect(running).rejects.toThrow('stop');
      await waitUntil('it is being told', () => receiver.received.length === 1);
      controller.abort(new Error('stop'));
      await ended;
      receiver.take();
      receiver.always(null);
      await rig.tell(0, [seen('a')]);
      expect(told()).toEqual([['new a']]);
    });

    it('a dry run tells nobody, claims nothing and says what would be told', async () => {
      const { notifications } = await rig.look(0, [seen('a')], [target('ops', { secret: 'KEY' })], { dryRun: true });
      expect(notifications).toMatchObject([
        {
          outcome: 'dry-run',
          new: 1,
          message: {
            subject: 'rcm: warning: Name of a: What is wrong with a',
            payload: { event: 'rcm.alerts', new: [{ companyId: 'a' }] },
          },
        },
      ]);
      expect(receiver.take()).toEqual([]);
      expect(await rig.store.notifications.list('ops')).toEqual([]);
      await rig.look(0, [seen('a')]);
      expect(told()).toEqual([['new a']]);
    });

    it('a store that goes away while it is told: told once more at worst, and the letter is kept beside it', async () => {
      receiver.always(hang);
      await rig.store.issues.record({ seen: [seen('a')], examined: () => true, at: at(0) });
      const dying = await rig.stores.open();
      const running = rig.tell(0, [seen('a')], [target('ops', { timeoutMs: 120 })], {}, dying);
      await waitUntil('it is being told', () => receiver.received.length === 1);
      await dying.close();
      const { notifications, warnings } = await running;
      expect(notifications).toMatchObject([{ outcome: 'failed', attempts: 3 }]);
      expect(warnings).toEqual([expect.stringContaining('was not told'), 'ops can be told again only in ten minutes.']);
      expect(JSON.parse(readFileSync(rig.unlogged, 'utf8'))).toMatchObject({ eventType: 'notify' });
      expect(await logUnlogged(rig.store, rig.unlogged)).toBe(1);
      expect(await rig.store.activity.list({ limit: 10 })).toMatchObject([
        { eventType: 'notify', details: { target: 'ops' } },
      ]);
    });
  });
});

describe('without a store that can be written', () => {
  it('nobody is told: nobody knows what was', async () => {
    const rig = new Rig({ open: () => expect.fail() }, undefined as unknown as Store, '');
    const away = new RcmError('RCM_STORE_UNAVAILABLE', 'The store is away', 'Wait.');
    const { notifications, warnings } = await rig.tell(0, [seen('a')], [target()], {}, away as unknown as Store);
    expect(notifications).toMatchObject([{ outcome: 'unknown', error: 'The store is away' }]);
    expect(warnings).toEqual(['Nobody was told: what was told before is unknown without the store.']);
    expect(receiver.take()).toEqual([]);
  });

  it('that cannot be written: what cannot be claimed is not told', async () => {
    const stateFile = `${await tempDir('notify')}/rcm.db`;
    const open = () => openStore({ stateFile, collections });
    const store = await open();
    // SQLite's own limit gives the same error as a full disk.
    const full = await openDatabase(stateFile);
    full.exec('PRAGMA max_page_count = 1');
    const rig = new Rig({ open }, { ...store, notifications: notificationRepository(full) }, '');
    const issues = Array.from({ length: 300 }, (_, i) => seen(`a company with a long id ${i}`));
    const { notifications, warnings } = await rig.look(0, issues);
    full.close();
    await store.close();
    expect(notifications).toMatchObject([{ outcome: 'unknown', error: expect.stringContaining('disk is full') }]);
    expect(warnings).toEqual([expect.stringMatching(/^ops was not told: .*disk is full/)]);
    expect(receiver.take()).toEqual([]);
  });
});
