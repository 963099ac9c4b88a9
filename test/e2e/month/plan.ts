import { generator } from '../../support/random.js';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** How long and how many. */
export interface Scale {
  hours: number;
  companies: number;
  seed: number;
}

/** One access of an application. Times of loading in milliseconds; ttl in seconds, null: until removed. */
export interface Op {
  kind: 'get' | 'wrap' | 'set' | 'delete' | 'invalidate';
  key: string;
  ttl: number | null;
  chars: number;
  loadMs: number;
}

/** What the platform knows of a company beside its cache. */
export interface Usage {
  calls: number | null;
  minutes: number | null;
  recordingBytes: number | null;
  storageBytes: number | null;
}

export interface PlannedCompany {
  id: string;
  name: string;
  /** From which hour on it is in the list of companies; Infinity: never. */
  listedFrom: number;
  usage: Usage;
  /** What one command to Redis takes it, in milliseconds. */
  commandMs: number;
  /** Accesses of a quarter of an hour. */
  ops(hour: number, quarter: number): Op[];
}

/** A lifetime that ends between two moments at which anything happens: those of Redis's own clock do no harm. */
export const lifetime = (quarters: number): number => (quarters * 15 + 8) * 60;

type Shape = (hour: number, hourOfDay: number, weekend: boolean, random: () => number) => Op[];

/** The companies of the platform and all that their applications do, the same for the same scale. @param startMs the first hour */
export function planOf(scale: Scale, startMs: number): PlannedCompany[] {
  const special = specialShapes(scale);
  return Array.from({ length: scale.companies }, (_, n) => {
    const random = generator(scale.seed * 1000 + n);
    const own = special[n];
    const shape = own?.shape ?? usual(random);
    return {
      id: own?.id ?? `c${n}`,
      name: `${own?.id ?? `c${n}`} Ltd`,
      listedFrom: own?.listedFrom ?? 0,
      usage: usageOf(n, random),
      commandMs: 0.1 + Math.floor(random() * 8) / 10,
      ops: (hour: number, quarter: number): Op[] => {
        const at = new Date(startMs + hour * HOUR);
        const day = at.getUTCDay();
        const seeded = generator((scale.seed * 64 + n) * 100_000 + hour * 4 + quarter);
        return shape(hour, at.getUTCHours(), day === 0 || day === 6, seeded);
      },
    };
  });
}

function usageOf(n: number, random: () => number): Usage {
  return {
    calls: n % 7 === 3 ? null : Math.floor(random() * 9000),
    minutes: n % 7 === 3 ? null : Math.floor(random() * 7000),
    recordingBytes: n % 7 === 3 ? null : Math.floor(random() * 5e9),
    storageBytes: n % 5 === 4 ? null : Math.floor(random() * 30e9),
  };
}

const wrap = (key: string, ttl: number | null, chars: number, loadMs: number): Op => ({
  kind: 'wrap',
  key,
  ttl,
  chars,
  loadMs,
});
const other = (kind: Exclude<Op['kind'], 'wrap'>, key = '', ttl: number | null = null, chars = 0): Op => ({
  kind,
  key,
  ttl,
  chars,
  loadMs: 0,
});
const each = (count: number, of: (i: number) => Op): Op[] => Array.from({ length: count }, (_, i) => of(i));

/** An office: busy by day, quiet at week-ends, idle at night. */
function usual(random: () => number): Shape {
  const keys = 5 + Math.floor(random() * 25);
  const most = 1 + Math.floor(random() * 6);
  const ttl = [lifetime(1), lifetime(4), lifetime(16), lifetime(96), null][Math.floor(random() * 5)] ?? null;
  const chars = 50 + Math.floor(random() * 2000);
  const loadMs = 1 + Math.floor(random() * 60) / 4;
  const alwaysAwake = random() < 0.2;
  return (_, hour, weekend, next) => {
    const awake = alwaysAwake || (hour >= 7 && hour < 20);
    const reads = awake ? Math.floor((weekend ? 0.3 : 1) * (1 + next() * most)) : 0;
    return each(reads, () => {
      const key = `k:${Math.floor(next() ** 2 * keys)}`;
      const what = next();
      if (what < 0.05) return other('set', key, ttl, chars);
      if (what < 0.08) return other('delete', key);
      if (what < 0.2) return other('get', key);
      return wrap(key, ttl, chars, loadMs);
    });
  };
}

interface Special {
  id: string;
  shape: Shape;
  listedFrom?: number;
}

/** Companies to which something happens. Hours are shares of the whole, so that each fits in a short month too. */
function specialShapes({ hours }: Scale): Special[] {
  const part = (share: number): number => Math.floor(share * hours);
  const between = (hour: number, from: number, to: number): boolean => hour >= part(from) && hour < part(to);
  return [
    { id: 'steady', shape: () => each(5, (i) => wrap(`k:${i}`, lifetime(40), 900, 2)) },
    {
      id: 'starter',
      listedFrom: part(0.5),
      shape: (hour) => (hour < part(0.5) ? [] : each(3, (i) => wrap(`k:${(hour + i) % 9}`, lifetime(20), 400, 4))),
    },
    { id: 'stopper', shape: (hour) => (hour >= part(0.3) ? [] : each(4, (i) => wrap(`k:${i}`, lifetime(2), 700, 6))) },
    {
      id: 'spender',
      shape: (hour) => {
        const big = between(hour, 0.15, 0.45);
        return each(4, (i) => wrap(`doc:${(hour * 4 + i) % 40}`, lifetime(big ? 60 : 8), big ? 100_000 : 2000, 5));
      },
    },
    // Slow to load, and hardly ever cached, until it is made faster.
    { id: 'slow', shape: (hour) => each(2, (i) => wrap(`k:${i}`, lifetime(0), 300, hour < part(0.6) ? 14 : 3)) },
    { id: 'silent', shape: (hour) => (hour % 3 === 0 ? [other('set', `job:${hour % 30}`, null, 600)] : []) },
    {
      id: 'cleared',
      shape: (hour, hourOfDay) => [
        ...each(6, (i) => wrap(`k:${i}`, lifetime(30), 500, 2)),
        ...(between(hour, 0.2, 0.5) && hourOfDay >= 9 && hourOfDay < 14 ? [other('invalidate')] : []),
      ],
    },
    {
      id: 'orphan',
      listedFrom: Number.POSITIVE_INFINITY,
      shape: (hour) => each(hour % 2, () => wrap('left', lifetime(12), 3000, 1)),
    },
    {
      id: 'thrashing',
      shape: (hour) => each(4, (i) => wrap(`k:${i}`, lifetime(hour < part(0.55) ? 0 : 30), 800, 7)),
    },
    { id: 'never', shape: () => [] },
    // Wanted until midnight, and then not at all for days.
    {
      id: 'pausing',
      shape: (hour, hourOfDay) =>
        Math.floor(hour / 24) % 3 === 0 && hourOfDay >= 18 ? each(3, (i) => wrap(`p:${i}`, lifetime(6), 800, 3)) : [],
    },
    { id: 'nights', shape: (_, hour) => (hour < 5 ? each(7, (i) => wrap(`n:${i}`, lifetime(10), 1500, 3)) : []) },
  ];
}
