import { formatBytes, formatDollars, formatPercent } from '../format.js';
import { shellWord } from '../shell-word.js';
import { MB } from '../units.js';
import {
  type DetectFigures,
  type LargeKeyPart,
  type LargeKeys,
  NOTHING,
  type PlatformFigures,
  type Verdict,
} from './figures.js';
import { autoFixOf } from './fixes.js';
import type { Evidence, ManualFix, RootCause } from './issue.js';
import { counted, evidence, whole } from './wording.js';

/** A collection of so many elements is taken for one that nobody bounds. */
export const MANY_ELEMENTS = 1000;

/** Keys over the size from which one slows every reader, with the part that makes each large. */
export function largeKeysRule({ large, view }: DetectFigures, { thresholds, pricing }: PlatformFigures): Verdict {
  if (large === null) return { unknown: 'its keys were not looked at' };
  const [largest] = large.largest;
  if (large.keys === 0 || largest === undefined) return NOTHING;
  const { companyId, companyName, metrics } = view;
  const limit = formatBytes(thresholds.largeKeys.bytes);
  const cost = pricing && (large.bytes / MB) * pricing.providers.redis.storageCostPerMB;
  const share = metrics.cacheBytes === 0 ? null : Math.min(100, (large.bytes / metrics.cacheBytes) * 100);
  const unseen = large.largest.filter(({ part, type }) => part === null && type !== null).length;
  return {
    issue: {
      code: 'LARGE_KEYS',
      severity: 'warning',
      companyId,
      companyName,
      summary: `${counted(large.keys, 'key')} of ${limit} or more hold ${formatBytes(large.bytes)}; the largest, ${largest.key}, ${formatBytes(largest.bytes)}`,
      evidence: [
        evidence('largeKeys', large.keys, `${counted(large.keys, 'key')} of ${limit} or more`),
        evidence(
          'largeBytes',
          large.bytes,
          `${formatBytes(large.bytes)} in them${share === null ? '' : `, ${formatPercent(share)} of its cache`}`,
        ),
        ...large.largest.map(keyEvidence),
      ],
      rootCauses: causesOf(large),
      impact: {
        costPerMonth: cost,
        addedMsPerRead: null,
        bytes: large.bytes,
        text: `Every read of one moves ${formatBytes(large.bytes / large.keys)}; they cost ${cost === null ? 'an unknown amount' : `${formatDollars(cost)} a month`}`,
      },
      autoFix: autoFixOf('LARGE_KEYS', companyId),
      manualFixes: manualFixes(large.largest),
      confidence: 'high',
      missing: [
        ...(unseen > 0 ? [`what makes ${counted(unseen, 'of the named keys', 'of the named keys')} large`] : []),
        ...(pricing === null ? ['prices'] : []),
      ],
    },
  };
}

function keyEvidence({ key, bytes, type, elements, part }: LargeKeyPart): Evidence {
  const what = [type, elements === null ? null : counted(elements, 'element')].filter(Boolean).join(', ');
  return evidence(
    'key',
    key,
    `${key}: ${formatBytes(bytes)}${what === '' ? '' : ` (${what})`}${part === null ? '' : `; ${partText(part)}`}`,
  );
}

function partText({ name, bytes, kind, elements, sampled }: NonNullable<LargeKeyPart['part']>): string {
  const of = sampled ? ' of those looked at' : '';
  if (kind === 'embedded_data') return `${name} is embedded data (base64) of ${formatBytes(bytes)}`;
  if (kind === 'many_elements' && elements !== null)
    return `${name === '' ? 'it' : name} has ${counted(elements, 'element')}${name === '' ? '' : `, ${formatBytes(bytes)}`}`;
  return `its largest part${of} is ${name}, ${formatBytes(bytes)}`;
}

const CAUSES = {
  embedded_data: 'embedded_data',
  many_elements: 'unbounded_array',
  large_value: 'large_values',
} as const;

/** By the bytes of the named keys that each kind of part explains. */
function causesOf({ largest }: LargeKeys): RootCause[] {
  const total = largest.reduce((sum, { bytes }) => sum + bytes, 0);
  const causes = new Map<string, { bytes: number; first: LargeKeyPart }>();
  for (const key of largest) {
    const cause = key.part === null ? 'large_values' : CAUSES[key.part.kind];
    const known = causes.get(cause);
    if (known === undefined) causes.set(cause, { bytes: key.bytes, first: key });
    else known.bytes += key.bytes;
  }
  return [...causes]
    .map(([cause, { bytes, first }]) => ({
      cause,
      text: causeText(cause, first),
      percent: total === 0 ? null : (bytes / total) * 100,
      evidence: [keyEvidence(first)],
    }))
    .sort((a, b) => (b.percent ?? 0) - (a.percent ?? 0));
}

function causeText(cause: string, { key, part }: LargeKeyPart): string {
  if (cause === 'embedded_data') return `data embedded in values (base64), e.g. ${part?.name} of ${key}`;
  if (cause === 'unbounded_array')
    return `an array that nobody bounds, ${part?.name ? `${part.name} of ` : ''}${key}: ${whole(part?.elements ?? 0)} elements`;
  return part === null ? `large values, e.g. ${key}` : `large values, e.g. ${part.name} of ${key}`;
}

/** What makes most of a company's large keys large. */
export function largestPart(large: LargeKeys | null): Omit<RootCause, 'percent'> | null {
  if (large === null || large.keys === 0) return null;
  const [first] = causesOf(large);
  return first ?? null;
}

function manualFixes(largest: readonly LargeKeyPart[]): ManualFix[] {
  const kinds = new Set(largest.map(({ part }) => part?.kind ?? 'large_value'));
  const [first] = largest;
  const permanent = (text: string): ManualFix => ({ when: 'permanent', text, command: null });
  return [
    ...(first === undefined
      ? []
      : [
          {
            when: 'immediate' as const,
            text: 'Look at the largest',
            command: `rcm keys get ${first.key.startsWith('-') ? '-- ' : ''}${shellWord(first.key)}`,
          },
        ]),
    ...(kinds.has('embedded_data')
      ? [permanent('Keep files in external storage, and their address in the cache')]
      : []),
    ...(kinds.has('many_elements') ? [permanent('Bound what grows: keep the newest entries only')] : []),
    ...(kinds.has('large_value') ? [permanent('Store the parts that are read together under keys of their own')] : []),
  ];
}
