import type { CompanyUsage } from '../core/domain/company.js';
import { GB, MONTH_DAYS } from '../core/domain/units.js';

/** A made-up company: what its cache held a day ago, and what happened to it since. */
export interface DemoCompany {
  companyId: string;
  /** null: keys without a company (an orphan). */
  companyName: string | null;
  /** What is to be seen of it. */
  story: 'healthy' | 'thrashing' | 'leaking' | 'over budget' | 'idle' | 'empty' | 'orphan';
  /** Keys that were there before the day began. */
  keys: number;
  /** Mean size of a value; each is between half and one and a half of it. */
  valueBytes: number;
  /** null: values are kept for ever. */
  ttlSeconds: number | null;
  /** Reads of the day. Each miss stores a key of its own. */
  hits: number;
  misses: number;
  /** How long it takes to load what was missed. */
  loadMs: number;
  /** Times a day that the whole cache is cleared, evenly spread. */
  clears: number;
  /** Of 30 days; null for what is in no list. */
  usage: CompanyUsage | null;
  /** Dollars a month, where it is not the default. */
  budget?: { cache?: number; storage?: number; reason: string };
}

const DAY_SECONDS = 86_400;

/** A dozen companies that do not exist. Only `demo99` is not in the company list. */
export const DEMO_COMPANIES: readonly DemoCompany[] = [
  {
    ...company('demo01', 'Paper Plane Airlines', 'healthy', { keys: 900, valueBytes: 3000, hits: 4800, misses: 100 }),
    usage: usage({ callsPerDay: 840, minutesPerCall: 3, recordingGB: 31, storageGB: 80 }),
    budget: { cache: 12, storage: 30, reason: 'Largest customer (made up)' },
  },
  {
    ...company('demo02', 'Moonbeam Dental', 'healthy', { keys: 300, valueBytes: 1200, hits: 2400, misses: 60 }),
    usage: usage({ callsPerDay: 95, minutesPerCall: 2, recordingGB: 2, storageGB: 1.4 }),
  },
  {
    ...company('demo03', 'Gingerbread Homes', 'healthy', { keys: 500, valueBytes: 2000, hits: 3000, misses: 150 }),
    usage: usage({ callsPerDay: 210, minutesPerCall: 4, recordingGB: 9, storageGB: 6 }),
  },
  {
    ...company('demo04', 'Sock Drawer Bank', 'healthy', { keys: 150, valueBytes: 6000, hits: 1800, misses: 40 }),
    usage: usage({ callsPerDay: 160, minutesPerCall: 2.5, recordingGB: 5, storageGB: 3.5 }),
  },
  {
    ...company('demo05', 'Teapot Insurance', 'thrashing', { keys: 400, valueBytes: 1500, hits: 600, misses: 1100 }),
    loadMs: 12,
    clears: 12,
    usage: usage({ callsPerDay: 320, minutesPerCall: 3, recordingGB: 12, storageGB: 8 }),
  },
  {
    ...company('demo06', 'Snail Mail Express', 'thrashing', { keys: 250, valueBytes: 1800, hits: 1150, misses: 460 }),
    loadMs: 6,
    clears: 3,
    usage: usage({ callsPerDay: 130, minutesPerCall: 1.5, recordingGB: 3, storageGB: 2.2 }),
  },
  {
    ...company('demo07', 'Endless Attic Storage', 'leaking', {
      keys: 500,
      valueBytes: 24_000,
      hits: 1800,
      misses: 900,
    }),
    loadMs: 6,
    ttlSeconds: null,
    usage: usage({ callsPerDay: 75, minutesPerCall: 2, recordingGB: 2, storageGB: 4 }),
  },
  {
    ...company('demo08', 'Gold Leaf Catering', 'over budget', { keys: 600, valueBytes: 5000, hits: 1500, misses: 900 }),
    loadMs: 5,
    usage: usage({ callsPerDay: 60, minutesPerCall: 2, recordingGB: 1.5, storageGB: 1.1 }),
    budget: { cache: 1.5, reason: 'Trial contract (made up)' },
  },
  {
    ...company('demo09', 'Mammoth Archives', 'over budget', { keys: 420, valueBytes: 2500, hits: 1900, misses: 180 }),
    usage: usage({ callsPerDay: 480, minutesPerCall: 5, recordingGB: 44, storageGB: 55 }),
  },
  {
    ...company('demo10', 'Sleepy Owl Mattresses', 'idle', { keys: 350, valueBytes: 2000, hits: 45, misses: 35 }),
    usage: usage({ callsPerDay: 4, minutesPerCall: 2, recordingGB: 0.1, storageGB: 0.6 }),
  },
  {
    ...company('demo11', 'Day One Lemonade', 'empty', { keys: 0, valueBytes: 0, hits: 0, misses: 0 }),
    usage: usage({ callsPerDay: 0, minutesPerCall: 0, recordingGB: 0, storageGB: 0 }),
  },
  company('demo99', null, 'orphan', { keys: 220, valueBytes: 4000, hits: 0, misses: 0 }),
];

function company(
  companyId: string,
  companyName: string | null,
  story: DemoCompany['story'],
  figures: Pick<DemoCompany, 'keys' | 'valueBytes' | 'hits' | 'misses'>,
): DemoCompany {
  return { companyId, companyName, story, ttlSeconds: DAY_SECONDS, loadMs: 3, clears: 0, usage: null, ...figures };
}

function usage(u: {
  callsPerDay: number;
  minutesPerCall: number;
  recordingGB: number;
  storageGB: number;
}): CompanyUsage {
  const calls = u.callsPerDay * MONTH_DAYS;
  return {
    calls,
    minutes: calls * u.minutesPerCall,
    recordingBytes: Math.round(u.recordingGB * GB),
    storageBytes: Math.round(u.storageGB * GB),
  };
}
