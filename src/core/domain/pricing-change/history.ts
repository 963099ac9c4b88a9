import type { PriceHistoryEntry } from '../pricing.js';
import { type Setting, settingOf } from './setting.js';

/** Which entries of the history are wanted; what is absent does not matter. */
export interface HistoryQuery {
  service?: PriceHistoryEntry['service'] | undefined;
  /** A setting, or what several of them begin with: `providers.redis`, `budgets.customBudgets`. */
  path?: string | undefined;
  /** Whose own budget it was. */
  companyId?: string | undefined;
  /** A part of who changed it, whatever its case. */
  by?: string | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
}

/** The path of what an entry changed, as people and JSON name it; also of what this version does not know. */
export function entryPath({ service, field }: Pick<PriceHistoryEntry, 'service' | 'field'>): string {
  return service === 'budgets' ? `budgets.${field}` : `providers.${service}.${field}`;
}

/** The company whose own budget an entry is about; null for what holds for all. */
export function entryCompany(entry: Pick<PriceHistoryEntry, 'service' | 'field'>): string | null {
  const setting = settingOf(entry);
  return setting?.kind === 'customBudget' ? setting.companyId : null;
}

/** The entries that fit, the newest change first; what was changed at once keeps its order. */
export function newestChanges(history: readonly PriceHistoryEntry[], query: HistoryQuery = {}): PriceHistoryEntry[] {
  const changes: PriceHistoryEntry[][] = [];
  for (const entry of history) {
    const last = changes.at(-1);
    if (last && entry.change !== undefined && last[0]?.change === entry.change) last.push(entry);
    else changes.push([entry]);
  }
  return changes
    .reverse()
    .flat()
    .filter((entry) => fits(entry, query));
}

/** Whether a path is what was asked for or stands below it; `providers.` and `budgets.` may be left out. */
export function isUnder(path: string, asked: string): boolean {
  return ['', 'providers.', 'budgets.'].some(
    (start) => path === start + asked || path.startsWith(`${start}${asked.replace(/\.$/, '')}.`),
  );
}

function fits(entry: PriceHistoryEntry, { service, path, companyId, by, since, until }: HistoryQuery): boolean {
  return (
    (service === undefined || entry.service === service) &&
    (path === undefined || isUnder(entryPath(entry), path)) &&
    (companyId === undefined || entryCompany(entry) === companyId) &&
    (by === undefined || entry.changedBy.toLowerCase().includes(by.toLowerCase())) &&
    (since === undefined || entry.timestamp >= since) &&
    (until === undefined || entry.timestamp <= until)
  );
}

/** What one change set, and what stood before it. */
export interface RevertedSetting {
  path: string;
  /** Null when this version knows no such setting. */
  setting: Setting | null;
  oldValue: number | null;
  newValue: number | null;
  /** Numbers of the changes that set it again since. */
  again: number[];
}

/** What takes a change back: its settings with what stood before. Empty when there is no such change. */
export function settingsOfChange(history: readonly PriceHistoryEntry[], change: number): RevertedSetting[] {
  return history
    .filter((entry) => entry.change === change)
    .map((entry) => {
      const path = entryPath(entry);
      const later = history.filter((other) => (other.change ?? 0) > change && entryPath(other) === path);
      return {
        path,
        setting: settingOf(entry),
        oldValue: entry.oldValue,
        newValue: entry.newValue,
        again: later.map((other) => other.change as number),
      };
    });
}
