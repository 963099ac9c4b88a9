import { randomUUID } from 'node:crypto';
import { drillDown } from '../../domain/alerts/alert.js';
import { ISSUE_CODES } from '../../domain/detect/issue.js';
import { type IssueKey, type IssueState, issueId } from '../../domain/issue.js';
import { type PendingChange, pendingChanges, settlementOf, type ToldState } from '../../domain/notify/change.js';
import type { Change, Message } from '../../domain/notify/message.js';
import { countsOf } from '../../domain/notify/payloads.js';
import { shownTarget, type Target } from '../../domain/notify/target.js';
import { lastWord } from '../../domain/shell-word.js';
import { messageOf, RcmError } from '../../errors.js';
import type { Store } from '../../store/store.js';
import type { AlertsReport } from '../alerts/report.js';
import { deadLetter, keepDeadLetter } from './dead-letters.js';
import type { Notification } from './report.js';
import { previewOf, send } from './send.js';

/** What is told: the alerts of this run, and the names of companies, for what is over. */
export interface News {
  alerts: AlertsReport['alerts'];
  names: ReadonlyMap<string, string | null>;
  platform: Message['platform'];
  generatedAt: Date;
}

export interface NotifyPorts {
  store: Store | RcmError;
  clock: () => Date;
  /** Where dead letters are kept when the store cannot be written. */
  unlogged: string;
  signal?: AbortSignal | undefined;
  /** Milliseconds before the second attempt. */
  pauseMs?: number;
}

export interface NotifyOptions {
  /** Tell nobody, claim nothing: only what would be sent. */
  dryRun: boolean;
  /** How long an issue must be over before its end is told. */
  quietMs: number;
}

export interface NotifyResult {
  notifications: Notification[];
  warnings: string[];
}

/**
 * Tells each target what is new, worse or over since it was last told: one message each, all at once, so that one that hangs
 * keeps no other waiting. Claimed before it is sent and given back when it cannot be delivered: no change is told twice by
 * two runs at once, and none is lost. Never throws but for the signal: what went wrong is a warning.
 */
export async function notify(
  targets: readonly Target[],
  news: News,
  ports: NotifyPorts,
  options: NotifyOptions,
): Promise<NotifyResult> {
  const { store } = ports;
  if (store instanceof RcmError) return nobodyTold(targets, store);
  const results = await Promise.allSettled(
    targets.map((target) => new Telling(target, news, store, ports, options).run()),
  );
  ports.signal?.throwIfAborted();
  const warnings: string[] = [];
  const notifications = results.map((result, i): Notification => {
    const target = targets[i] as Target;
    if (result.status === 'fulfilled') {
      warnings.push(...result.value.warnings);
      return result.value.notification;
    }
    if (!(result.reason instanceof RcmError)) throw result.reason;
    warnings.push(`${target.name} was not told: ${result.reason.message}`);
    return { ...untold(target), outcome: 'unknown', error: result.reason.message };
  });
  return { notifications, warnings };
}

/** Without the store nobody knows what was told: telling all of it, run after run, would help nobody. */
function nobodyTold(targets: readonly Target[], { message }: RcmError): NotifyResult {
  return {
    notifications: targets.map((target) => ({ ...untold(target), outcome: 'unknown', error: message })),
    warnings: ['Nobody was told: what was told before is unknown without the store.'],
  };
}

/** A target that was told nothing. */
export function untold(target: Target): Notification {
  const { name, type } = target;
  const counts = { new: 0, worse: 0, resolved: 0, elsewhere: 0, attempts: 0 };
  return { target: name, type, to: shownTarget(target), outcome: 'nothing', ...counts, error: null, message: null };
}

interface Told {
  notification: Notification;
  warnings: string[];
}

/** One run telling one target. */
class Telling {
  readonly #id = randomUUID();
  readonly #findings: Map<string, AlertsReport['alerts'][number]>;

  constructor(
    private readonly target: Target,
    private readonly news: News,
    private readonly store: Store,
    private readonly ports: NotifyPorts,
    private readonly options: NotifyOptions,
  ) {
    this.#findings = new Map(news.alerts.map((alert) => [issueId(alert), alert]));
  }

  /** @throws what the store throws before anything is sent, the signal's reason */
  async run(): Promise<Told> {
    const { store, target, options } = this;
    // What was told is read first: who tells meanwhile takes the claims that rest on it.
    const told: ToldState[] = await store.notifications.list(target.name);
    const issues: IssueState[] = await store.issues.list();
    const { tell, settle } = pendingChanges(issues, told, target.wanted, {
      now: this.ports.clock(),
      quietMs: options.quietMs,
    });
    if (options.dryRun) return this.#wouldSend(tell);
    const pending = [...tell, ...settle];
    if (pending.length === 0) return { notification: untold(target), warnings: [] };
    const claims = pending.map(({ issue: { companyId, code }, believed }) => ({ companyId, code, believed }));
    const got = await this.#claimed(() => store.notifications.claim(target.name, this.#id, claims, this.ports.clock()));
    const mine = new Set(got.map(issueId));
    const claimed = (changes: readonly PendingChange[]) => changes.filter(({ issue }) => mine.has(issueId(issue)));
    const elsewhere = tell.length - claimed(tell).length;
    return this.#claimed(() => this.#send(claimed(tell), claimed(settle), elsewhere));
  }

  async #send(tell: readonly PendingChange[], settle: readonly PendingChange[], elsewhere: number): Promise<Told> {
    const { target, ports, store } = this;
    const quiet = { ...untold(target), elsewhere };
    if (tell.length === 0) {
      await this.#settle(settle);
      return { notification: quiet, warnings: [] };
    }
    const message = this.#message(tell);
    const { attempts, error, result } = await send(target, message, ports.clock, {
      signal: ports.signal,
      ...(ports.pauseMs === undefined ? {} : { pauseMs: ports.pauseMs }),
    });
    const outcome = { ...quiet, ...countsOf(message.changes), attempts, error };
    if (error !== null) return this.#failed({ ...outcome, outcome: 'failed' }, message, attempts, error);
    const refused = (result ?? []).map((address) => `${target.name}: the mail server refused the recipient ${address}`);
    try {
      await this.#settle([...tell, ...settle]);
      await store.issues.markNotified(open(tell), ports.clock());
    } catch (cause) {
      refused.push(
        `${target.name} was told, but that could not be noted, and it may be told again: ${messageOf(cause)}`,
      );
    }
    return { notification: { ...outcome, outcome: 'sent' }, warnings: refused };
  }

  async #failed(notification: Notification, message: Message, attempts: number, error: string): Promise<Told> {
    const { target, ports, store } = this;
    const entry = deadLetter(target, message, { attempts, error }, ports.clock());
    const lost = await keepDeadLetter(store, entry, ports.unlogged);
    const tries = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
    const warnings = [
      `${target.name} (${shownTarget(target)}) was not told, after ${tries}: ${error}. A later run tries again.`,
    ];
    if (lost !== null) warnings.push(lost);
    await this.#release().catch(() => warnings.push(`${target.name} can be told again only in ten minutes.`));
    return { notification, warnings };
  }

  #wouldSend(tell: readonly PendingChange[]): Told {
    const { target } = this;
    if (tell.length === 0) return { notification: { ...untold(target), outcome: 'dry-run' }, warnings: [] };
    const message = this.#message(tell);
    const preview = previewOf(target, message);
    const notification = {
      ...untold(target),
      outcome: 'dry-run' as const,
      ...countsOf(message.changes),
      message: preview,
    };
    return { notification, warnings: [] };
  }

  /** Gives the claims back when `work` does not come to its end. */
  async #claimed<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await this.#release().catch(() => undefined);
      throw error;
    }
  }

  async #settle(changes: readonly PendingChange[]): Promise<void> {
    if (changes.length === 0) return;
    await this.store.notifications.settle(this.target.name, this.#id, changes.map(settlementOf), this.ports.clock());
  }

  #release(): Promise<void> {
    return this.store.notifications.release(this.target.name, this.#id);
  }

  #message(tell: readonly PendingChange[]): Message {
    const { generatedAt, platform } = this.news;
    const changes = tell.map((change) => this.#change(change));
    return { event: 'rcm.alerts', id: this.#id, generatedAt, platform, changes };
  }

  #change({ kind, issue }: PendingChange): Change {
    const { companyId, code, severity, firstSeen: since, resolvedAt } = issue;
    const seen = kind === 'resolved' ? undefined : this.#findings.get(issueId(issue));
    return {
      kind,
      severity,
      code,
      companyId,
      companyName: seen?.companyName ?? (companyId === null ? null : (this.news.names.get(companyId) ?? null)),
      message: seen?.message ?? null,
      evidence: seen?.evidence ?? null,
      since,
      resolvedAt,
      command: seen?.command ?? commandFor(issue),
    };
  }
}

/** What shows an issue that this run did not see: what `detect` found is told by its own codes. */
function commandFor({ companyId, code }: IssueKey): string {
  const detected = (ISSUE_CODES as readonly string[]).includes(code);
  if (companyId === null) return detected ? 'rcm detect' : 'rcm alerts';
  return detected ? `rcm detect ${lastWord(companyId)}` : drillDown(companyId);
}

function open(changes: readonly PendingChange[]): IssueKey[] {
  return changes.filter(({ kind }) => kind !== 'resolved').map(({ issue }) => issue);
}
