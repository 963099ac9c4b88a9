import { formatBytes, formatDollars } from '../format.js';
import { commandOn } from '../shell-word.js';
import { type DetectFigures, NOTHING, type PlatformFigures, type Verdict } from './figures.js';
import { autoFixOf } from './fixes.js';
import { counted, evidence } from './wording.js';

/** Keys of an id that is no known company: only where the company collection was read, and was not empty. */
export function orphanRule({ view, terms, reads }: DetectFigures, { pricing }: PlatformFigures): Verdict {
  const { companyId, companyName, orphan, metrics } = view;
  if (orphan === null) return { unknown: 'the companies could not be read' };
  if (!orphan || metrics.keys === 0) return NOTHING;
  const cost = terms['redis.storage'];
  const used = reads === null ? null : reads.hits + reads.misses;
  const what = `${counted(metrics.keys, 'key')}, ${formatBytes(metrics.cacheBytes)}`;
  return {
    issue: {
      code: 'ORPHANED_CACHE',
      severity: 'warning',
      companyId,
      companyName,
      summary: `${what} of an id that is no known company`,
      evidence: [
        evidence('keys', metrics.keys, counted(metrics.keys, 'key')),
        evidence('cacheBytes', metrics.cacheBytes, formatBytes(metrics.cacheBytes)),
        evidence(
          'reads',
          used,
          used === null ? 'Nothing was recorded of reads' : `${counted(used, 'read')} in the window`,
        ),
      ],
      rootCauses: [
        used !== null && used > 0
          ? {
              cause: 'still_used',
              text: 'An application still reads it: the company may be missing from the list',
              percent: null,
              evidence: [],
            }
          : {
              cause: 'company_gone',
              text: 'The company was removed, and its cache was not',
              percent: null,
              evidence: [],
            },
      ],
      impact: {
        costPerMonth: cost,
        addedMsPerRead: null,
        bytes: metrics.cacheBytes,
        text: `${formatBytes(metrics.cacheBytes)}${cost === null ? '' : `, ${formatDollars(cost)} a month`} for nobody`,
      },
      autoFix: autoFixOf('ORPHANED_CACHE', companyId),
      manualFixes: [
        { when: 'immediate', text: 'Look at what it is', command: commandOn('rcm drill-down', companyId) },
        { when: 'permanent', text: 'Clear the cache of a company when it is removed', command: null },
      ],
      confidence: used === null ? 'medium' : used > 0 ? 'low' : 'high',
      missing: [
        ...(used === null ? ['whether it is still read: nothing records it'] : []),
        ...(pricing === null ? ['prices'] : []),
      ],
    },
  };
}
