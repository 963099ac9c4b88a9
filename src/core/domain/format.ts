const SIZE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** Bytes for people, as the master plan writes them: `1.2MB`. Units are powers of 1024. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 1023.95 would be printed as 1024.0: it belongs to the next unit.
  while (value >= 1023.95 && unit < SIZE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${Math.round(value)}B` : `${value.toFixed(1)}${SIZE_UNITS[unit]}`;
}
