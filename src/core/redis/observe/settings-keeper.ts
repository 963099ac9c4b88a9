import type { Redis } from 'ioredis';
import { withNeeded } from '../../domain/observe/keyspace-flags.js';
import { changeSetting, type PutBack, putBack, readSetting } from './notify-setting.js';
import type { ObservedNode } from './observed-node.js';
import { type ChangedSetting, readRestoreRecord, writeRestoreRecord } from './restore-record.js';
import { settingName } from './servers.js';

/** What became of one server's setting. */
export interface PutBackOutcome {
  label: string;
  setting: ChangedSetting;
  outcome: PutBack | { kind: 'unreachable' };
}

/**
 * Extends notify-keyspace-events of every server that lacks something, and puts it back. What to put back is written to Redis before
 * anything is changed and removed after it was put back: whoever dies in between leaves it to the next.
 */
export class SettingsKeeper {
  /** What was changed here: Redis may have evicted the record. */
  #changed: Record<string, ChangedSetting> = {};
  /** What others left behind that could not be put back: it stays in the record. */
  #leftovers: Record<string, ChangedSetting> = {};

  constructor(
    private readonly keeper: Redis,
    /** Of the lease: what another holder wrote is not ours to remove. */
    private readonly token: string,
  ) {}

  /**
   * @returns each server's setting as it is now; null where it may not be asked for
   * @throws what Redis says where what to put back cannot be kept: then nothing is changed
   */
  async extend(nodes: readonly ObservedNode[]): Promise<Map<ObservedNode, string | null>> {
    const former = new Map<ObservedNode, string | null>();
    for (const node of nodes) former.set(node, await readSetting(node.control));
    const settings: Record<string, ChangedSetting> = {};
    for (const [node, value] of former) {
      if (value !== null && withNeeded(value) !== value)
        settings[settingName(node)] = { former: value, set: withNeeded(value) };
    }
    if (Object.keys(settings).length === 0) return former;
    await writeRestoreRecord(this.keeper, { token: this.token, settings: { ...this.#leftovers, ...settings } });
    this.#changed = settings;
    const now = new Map<ObservedNode, string | null>();
    for (const [node, value] of former) {
      const changed = settings[settingName(node)];
      now.set(node, changed && (await changeSetting(node.control, changed.set)) ? changed.set : value);
    }
    return now;
  }

  /** Puts back what is ours, wherever the server can be reached; what cannot be is kept for the next. @throws what Redis says where the record cannot be read */
  async putBack(nodes: readonly ObservedNode[]): Promise<PutBackOutcome[]> {
    if (Object.keys(this.#changed).length === 0) return [];
    const record = await readRestoreRecord(this.keeper);
    // Another observer put it back before it made its own change.
    if (record !== null && record.token !== this.token) return [];
    return (await this.#settle(this.#changed, nodes)).outcomes;
  }

  /** Puts back what somebody left who died. Only for who holds the lease. @throws what Redis says where the record cannot be read */
  async putBackLeftovers(nodes: readonly ObservedNode[]): Promise<PutBackOutcome[]> {
    const record = await readRestoreRecord(this.keeper);
    if (record === null) return [];
    const { outcomes, left } = await this.#settle(record.settings, nodes);
    this.#leftovers = left;
    return outcomes;
  }

  async #settle(settings: Record<string, ChangedSetting>, nodes: readonly ObservedNode[]) {
    const outcomes: PutBackOutcome[] = [];
    const left: Record<string, ChangedSetting> = {};
    for (const [name, setting] of Object.entries(settings)) {
      const node = nodes.find((one) => settingName(one) === name);
      // A server that left the cluster cannot be asked; it may come back.
      const outcome =
        node === undefined
          ? ({ kind: 'unreachable' } as const)
          : await putBack(node.control, setting).catch(() => ({ kind: 'unreachable' }) as const);
      if (outcome.kind === 'unreachable' || outcome.kind === 'refused') left[name] = setting;
      outcomes.push({ label: node?.label ?? name, setting, outcome });
    }
    await writeRestoreRecord(this.keeper, { token: this.token, settings: { ...this.#leftovers, ...left } });
    return { outcomes, left };
  }
}
