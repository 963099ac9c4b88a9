import { type OrphanShare, tooManyOrphans } from '../fix/orphan.js';
import { formatBytes, formatDollars } from '../format.js';
import { commandOn } from '../shell-word.js';
import { type DetectFigures, NOTHING, type PlatformFigures, type Verdict } from './figures.js';
import { autoFixOf } from './fixes.js';
import type { RootCause } from './issue.js';
import { counted, evidence } from './wording.js';

/** Keys of an id that is no known company: only where the company collection was read, and was not empty. */
export function orphanRule({ view, terms, reads }: DetectFigures, platform: PlatformFigures): Verdict {
  const { companyId, companyName, orphan, metrics } = view;
  if (orphan === null) return { unknown: 'the companies could not be read' };
  if (!orphan || metrics.keys === 0) return NOTHING;
  const { pricing } = platform;
  const doubt = doubtOf(platform);
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
      rootCauses: [causeOf(used, doubt)],
      impact: {
        costPerMonth: cost,
        addedMsPerRead: null,
        bytes: metrics.cacheBytes,
        text: `${formatBytes(metrics.cacheBytes)}${cost === null ? '' : `, ${formatDollars(cost)} a month`} for nobody${doubt === null ? '' : ", if it is nobody's"}`,
      },
      autoFix:
        doubt === null
          ? autoFixOf('ORPHANED_CACHE', companyId)
          : { available: false, reason: `The list of companies may lack it: ${doubt}` },
      manualFixes: [
        ...(doubt === null
          ? []
          : [
              {
                when: 'immediate' as const,
                text: 'Compare the list of companies with the ids that have keys',
                command: 'rcm companies --filter orphan=true',
              },
            ]),
        { when: 'immediate', text: 'Look at what it is', command: commandOn('rcm drill-down', companyId) },
        { when: 'permanent', text: 'Clear the cache of a company when it is removed', command: null },
      ],
      confidence: doubt !== null ? 'low' : used === null ? 'medium' : used > 0 ? 'low' : 'high',
      missing: [
        ...(doubt === null ? [] : [`whether the list of companies is whole: ${doubt}`]),
        ...(used === null ? ['whether it is still read: nothing records it'] : []),
        ...(pricing === null ? ['prices'] : []),
      ],
    },
  };
}

/** Why the list of companies is doubted; null where it is not, or where only one company was looked at. */
function doubtOf({ orphans, mostOrphansPercent }: PlatformFigures): string | null {
  if (orphans === null || !tooManyOrphans(orphans, mostOrphansPercent)) return null;
  return `${shareText(orphans)} are not in it`;
}

function shareText({ orphans, ids }: OrphanShare): string {
  return `${orphans} of ${counted(ids, 'id')} with keys`;
}

function causeOf(reads: number | null, doubt: string | null): RootCause {
  const of = (cause: string, text: string): RootCause => ({ cause, text, percent: null, evidence: [] });
  if (reads !== null && reads > 0)
    return of('still_used', 'An application still reads it: the company may be missing from the list');
  return doubt === null
    ? of('company_gone', 'The company was removed, and its cache was not')
    : of('list_incomplete', `The list of companies may not be whole: ${doubt}`);
}
