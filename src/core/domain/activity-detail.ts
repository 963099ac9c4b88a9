import type { ActivityEntry } from './activity.js';
import { formatBytes, formatExactDollars } from './format.js';
import { policyDetail } from './policy-detail.js';
import type { PriceHistoryEntry } from './pricing.js';
import { type Setting, settingOf } from './pricing-change/setting.js';
import { SECOND_MS } from './units.js';
import { formatDuration } from './window.js';

/** What an access did, without and with bytes. */
const ACCESSES: Partial<Record<ActivityEntry['eventType'], [plain: string, sized: string]>> = {
  hit: ['read', 'read'],
  miss: ['not in the cache', 'not in the cache, loaded'],
  set: ['written', 'wrote'],
  delete: ['deleted', 'deleted'],
  expire: ['expired', 'expired'],
  evict: ['evicted by Redis', 'evicted by Redis'],
  clear: ['cleared by the application', 'cleared by the application'],
};

/** One entry of the log as a phrase: `cleared 1,204 keys, 3.1MB, backup royal.rcmb`. */
export function activityDetail({ eventType, details }: ActivityEntry): string {
  if (eventType === 'restore' || (eventType === 'clear' && details.phase !== undefined))
    return actDetail(eventType, details);
  if (eventType === 'notify') return notifyDetail(details);
  if (eventType === 'command') return commandDetail(details);
  if (eventType === 'policy') return policyDetail(details) ?? plainDetail(details);
  if (eventType === 'fix' || eventType === 'undo') return fixDetail(eventType, details);
  const access = ACCESSES[eventType];
  if (access === undefined || details.phase !== undefined) return plainDetail(details);
  const { size, ttl } = details;
  const done = typeof size === 'number' && size > 0 ? `${access[1]} ${formatBytes(size)}` : access[0];
  return typeof ttl === 'number' ? `${done}, to live ${formatDuration(ttl * SECOND_MS)}` : done;
}

/** One change of a price or budget: `redis.storageCostPerMB $0.08 → $0.09`. Dollars, as exact as they were set. */
export function priceDetail(entry: PriceHistoryEntry): string {
  const { service, field, oldValue, newValue, impactEstimate } = entry;
  const setting = settingOf(entry);
  const unit = setting?.kind === 'threshold' ? percent : setting?.kind === 'customBudget' ? ownDollars : dollars;
  const change = `${settingName(setting) ?? `${service}.${field}`} ${unit(oldValue)} → ${unit(newValue)}`;
  return impactEstimate === null || impactEstimate === '' ? change : `${change}; ${impactEstimate}`;
}

/** Of budgets, for people: whose own one it is stands beside it. null for prices, which have good names. */
function settingName(setting: Setting | null): string | null {
  if (setting?.kind === 'customBudget') return `${setting.line} budget`;
  if (setting?.kind === 'defaultBudget') return `default ${setting.line} budget`;
  return setting?.kind === 'threshold' ? `budget ${setting.name}` : null;
}

/** A company without a budget of its own has the default one. */
function ownDollars(value: number | null): string {
  return value === null ? 'default' : formatExactDollars(value);
}

function actDetail(type: 'clear' | 'restore', details: ActivityEntry['details']): string {
  const deletes = details.command === 'keys delete';
  const [verb, past] =
    type === 'restore' ? ['restore', 'restored'] : deletes ? ['delete', 'deleted'] : ['clear', 'cleared'];
  const which = [
    text(details.match, (match) => `matching ${match}`),
    number(details.olderThanSeconds, (s) => `not used for ${formatDuration(s * SECOND_MS)}`),
    number(details.largerThanBytes, (bytes) => `over ${formatBytes(bytes)}`),
  ].filter(Boolean);
  const file = text(details.backup, (name) => `backup ${name}`) || text(details.file, (name) => `from ${name}`);
  if (details.phase === 'intent') return [`began to ${verb}`, ...which, file].filter(Boolean).join(', ');
  return [
    number(details.keys, (keys) => `${past} ${keysText(keys)}`) || past,
    number(details.bytes, formatBytes),
    ...which,
    file,
    number(details.leftTooLarge, (keys) => `${keysText(keys)} left as too large`),
    number(details.leftChanged, (keys) => `${keysText(keys)} left as they kept changing`),
    number(details.uncertainKeys, (keys) => `${keysText(keys)} uncertain`),
    text(details.stoppedBy, (by) => (by === 'interrupt' ? 'interrupted' : `stopped by ${by}`)),
  ]
    .filter(Boolean)
    .join(', ');
}

/** `seen with drill-down`, `was offered a fix of CACHE_THRASHING`. */
function commandDetail(details: ActivityEntry['details']): string {
  const { command, issue, outcome } = details;
  if (command === 'drill-down') return 'seen with drill-down';
  if (command !== 'fix' || typeof issue !== 'string') return plainDetail(details);
  const done = { offered: 'was offered a fix of', taken: 'took the fix of', declined: 'declined the fix of' };
  return `${done[outcome as keyof typeof done] ?? `${outcome} a fix of`} ${issue}`;
}

/** A message that could not be delivered. */
function notifyDetail({ target, to, subject, error, attempts }: ActivityEntry['details']): string {
  const tries = number(attempts, (n) => ` (${n} ${n === 1 ? 'attempt' : 'attempts'})`);
  return `could not tell ${target} (${to}): ${subject}; ${error}${tries}`;
}

/** `fixed CACHE_THRASHING (fx-7k2m9q)`, `began to undo …`, `was taken back`. */
function fixDetail(type: 'fix' | 'undo', details: ActivityEntry['details']): string {
  const what = [text(details.issue, (issue) => issue), text(details.fixId, (id) => `(${id})`)]
    .filter(Boolean)
    .join(' ');
  if (details.phase === 'intent') return `began to ${type} ${what}`;
  const status = text(details.status, (now) => now.replace('_', ' '));
  const done = { applied: 'fixed', undone: 'undid' }[status] ?? `${type} ${status}:`;
  return [
    `${done} ${what}`,
    number(details.restoredKeys, (keys) => `${keysText(keys)} put back`),
    number(details.restoredTtls, (keys) => `${keysText(keys)} with their former TTL`),
    details.recovered === true ? 'after it had been interrupted' : '',
  ]
    .filter(Boolean)
    .join(', ');
}

/** What an act of another kind noted, as `name: value`; what only machines need is left out. */
function plainDetail(details: ActivityEntry['details']): string {
  return Object.entries(details)
    .filter(([name, value]) => !['operationId', 'size', 'durationMs', 'threshold'].includes(name) && value !== null)
    .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ');
}

function keysText(keys: number): string {
  return `${keys.toLocaleString('en-US')} ${keys === 1 ? 'key' : 'keys'}`;
}

function number(value: unknown, say: (value: number) => string): string {
  return typeof value === 'number' ? say(value) : '';
}

function text(value: unknown, say: (value: string) => string): string {
  return typeof value === 'string' && value !== '' ? say(value) : '';
}

function dollars(value: number | null): string {
  return value === null ? 'none' : formatExactDollars(value);
}

function percent(value: number | null): string {
  return value === null ? 'none' : `${value}%`;
}
