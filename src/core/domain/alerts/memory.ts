import { formatBytes, formatPercent } from '../format.js';
import { percentOf } from '../server-info.js';
import { type AlertFacts, cannotTell, NOTHING, platformFinding, type Verdict } from './alert.js';

/** Percent of maxmemory from which a server is near its limit, and from which it is all but full. */
export const MEMORY_WARNING_PERCENT = 80;
export const MEMORY_CRITICAL_PERCENT = 95;

/** Redis near maxmemory: the fullest primary decides, because each fills for itself. Without a limit there is none to be near. */
export function memoryRule({ memory }: AlertFacts): Verdict {
  if (memory === null || memory.some((server) => server.usedBytes === null)) return cannotTell('REDIS_MEMORY');
  const near = memory
    .map((server) => ({ ...server, percent: percentOf(server.usedBytes, server.maxBytes) ?? 0 }))
    .filter(({ percent }) => percent >= MEMORY_WARNING_PERCENT)
    .sort((a, b) => b.percent - a.percent);
  const [fullest] = near;
  if (fullest === undefined) return NOTHING;
  const { label, usedBytes, maxBytes, policy, percent } = fullest;
  const others = near.length > 1 ? ` (and ${near.length - 1} more near theirs)` : '';
  const then = policy === 'noeviction' ? '; when it is full, writes fail (noeviction)' : '';
  return platformFinding({
    code: 'REDIS_MEMORY',
    severity: percent >= MEMORY_CRITICAL_PERCENT ? 'critical' : 'warning',
    message: `${label} uses ${formatPercent(percent)} of its maxmemory: ${formatBytes(usedBytes ?? 0)} of ${formatBytes(maxBytes ?? 0)}${others}${then}`,
    evidence: { server: label, usedBytes, maxBytes, usedPercent: percent, policy, serversNearLimit: near.length },
    command: 'rcm companies --sort -size',
  });
}
