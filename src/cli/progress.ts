import { createLogUpdate } from 'log-update';
import type { ScanProgress } from '../core/redis/scan/keyspace-scan.js';

/** A line on a terminal that is drawn over and removed at the end. Nothing where stderr is no terminal. */
export interface ProgressLine {
  onProgress: ((progress: ScanProgress) => void) | undefined;
  done(): void;
}

const REDRAW_MS = 100;
/** Short scans show nothing: a flash helps nobody. */
const QUIET_MS = 400;

/** Shows keys, keys per second and the time left (of a scan: from DBSIZE). @param doing e.g. `Reading keys` */
export function scanProgress(stream: NodeJS.WriteStream, doing = 'Reading keys'): ProgressLine {
  if (!stream.isTTY) return { onProgress: undefined, done: () => undefined };
  const draw = createLogUpdate(stream);
  let drawnAt = 0;
  return {
    onProgress: (progress) => {
      if (progress.elapsedMs < QUIET_MS || progress.elapsedMs - drawnAt < REDRAW_MS) return;
      drawnAt = progress.elapsedMs;
      draw(progressText(progress, doing));
    },
    done: () => {
      if (drawnAt > 0) draw.clear();
    },
  };
}

/** e.g. `Reading keys: 420,000 of 1,000,000 (42%) · 210,000 keys/s · about 3 s left` */
export function progressText({ keys, total, elapsedMs }: ScanProgress, doing = 'Reading keys'): string {
  const rate = keys / (elapsedMs / 1000);
  const known = total > 0 ? ` of ${group(total)} (${Math.min(100, Math.round((keys / total) * 100))}%)` : '';
  const left = total > keys && rate > 0 ? ` · about ${Math.ceil((total - keys) / rate)} s left` : '';
  return `${doing}: ${group(keys)}${known} · ${group(rate)} keys/s${left}`;
}

function group(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
