import type { TrendPoint } from '../trends/series.js';
import { counted, type Finding } from './metric.js';

type Reads = Pick<TrendPoint, 'reads' | 'hitRate' | 'avgResponseMs'>;

/** Of all reads of the range; of the window where history has none. */
export function hitRateOver(points: readonly Reads[], ofWindow: number | null): Finding {
  const known = points.flatMap(({ reads, hitRate }) => (reads && hitRate !== null ? [{ reads, value: hitRate }] : []));
  if (known.length > 0) return weighted(known, 'reads that history has of this time');
  if (ofWindow === null) return { unknown: 'nothing was recorded of reads' };
  return { value: ofWindow, basis: "reads of the report's window: history has none of this time" };
}

/** Mean milliseconds of a read, a miss's load included. @param ofWindow each company's reads and their mean */
export function responseOver(points: readonly Reads[], ofWindow: readonly { reads: number; value: number }[]): Finding {
  const known = points.flatMap(({ reads, avgResponseMs }) =>
    reads && avgResponseMs !== null ? [{ reads, value: avgResponseMs }] : [],
  );
  if (known.length > 0) return weighted(known, 'reads that history has of this time');
  if (ofWindow.length === 0) return { unknown: 'how long reads take was not recorded' };
  return weighted(ofWindow, "reads of the report's window: history has none of this time");
}

/** Every read alike. */
function weighted(parts: readonly { reads: number; value: number }[], of: string): Finding {
  const reads = parts.reduce((sum, part) => sum + part.reads, 0);
  if (reads === 0) return { unknown: 'there was no read' };
  const value = parts.reduce((sum, part) => sum + part.value * part.reads, 0) / reads;
  return { value, basis: `${counted(reads, 'read')}: ${of}` };
}
