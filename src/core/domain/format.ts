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

const SIZE = /^(\d+(?:\.\d+)?)\s*(B|KB|MB|GB|TB)?$/i;

/** Bytes in `10KB`, `1.5MB` or `2000`, units as `formatBytes` writes them; null when it is nothing of the kind. */
export function parseBytes(text: string): number | null {
  const [, number, unit = 'B'] = SIZE.exec(text.trim()) ?? [];
  if (number === undefined) return null;
  return Number(number) * 1024 ** SIZE_UNITS.indexOf(unit.toUpperCase() as (typeof SIZE_UNITS)[number]);
}

// Made once: making it for every amount takes longer than all else in a report of thousands of companies.
const CENTS = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const EXACT = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 12 });

/** `$1,234.50`, `-$0.20`. */
export function formatDollars(value: number): string {
  const text = CENTS.format(Math.abs(value));
  return `${value < 0 && text !== '0.00' ? '-' : ''}$${text}`;
}

/** Money as machines get it: 6 decimals. */
export function roundedMoney(dollarsPerMonth: number | null): number | null {
  return dollarsPerMonth === null ? null : Number(dollarsPerMonth.toFixed(6));
}

export function formatPercent(value: number): string {
  return `${value.toFixed(1)}%`;
}

/** The two largest units of a length of time: `3d 4h`, `12m`, `45s`. */
export function formatAge(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [Math.floor(seconds) % 60, 's'],
  ];
  const first = parts.findIndex(([n]) => n > 0);
  if (first < 0) return '0s';
  return parts
    .slice(first, first + 2)
    .filter(([n]) => n > 0)
    .map(([n, unit]) => `${n}${unit}`)
    .join(' ');
}

/** Dollars as exact as they were set: prices are often tiny fractions. Two decimals at least, as many as there are. */
export function formatExactDollars(value: number): string {
  return `$${EXACT.format(value)}`;
}
