/** From which figures on something is an issue. Percents are 0–100. */
export interface DetectThresholds {
  thrashing: {
    /** A hit rate below this. */
    hitRatePercent: number;
    /** Fewer reads tell nothing. */
    minReads: number;
    /** Fewer minutes of recording tell nothing: every cache that has just begun misses. */
    minMinutes: number;
    /** Percent of the studied misses that were of keys which had been cached. */
    reMissPercent: number;
    /** Fewer misses of keys that had been cached tell nothing. */
    minReMisses: number;
    /** A key that is missed and hit in turn at most so many seconds apart alternates. */
    intervalSeconds: number;
    /** A key read again within so many lifetimes of being stored expired too early; later, it was no longer needed. */
    earlyLifetimes: number;
  };
  memory: {
    /** Percent of the expected memory. */
    percent: number;
    historyDays: number;
    /** Fewer snapshots of a company tell nothing of what is usual. */
    minSnapshots: number;
    minBytes: number;
    /** Companies with calls within this factor are alike. */
    peerFactor: number;
    minPeers: number;
  };
  efficiency: {
    hitRatePercent: number;
    callsPerDay: number;
    /** Reads that a cached item answers in a day. */
    usesPerItem: number;
    minReads: number;
    minHours: number;
  };
  budget: {
    /** Percent of a budget line. */
    percent: number;
    /** What the cache saves ÷ what it costs, from which being over the budget is acceptable. */
    acceptableReturn: number;
  };
  ttl: {
    /** Percent of a company's memory that never expires. */
    percent: number;
    minBytes: number;
  };
  largeKeys: { bytes: number };
  evictions: {
    /** Percent of maxmemory. */
    memoryPercent: number;
  };
}

/** The master plan's, and for what it leaves open what the labelled scenarios confirm (docs/detection-scenarios.md). */
export const DEFAULT_THRESHOLDS = {
  thrashing: {
    hitRatePercent: 70,
    minReads: 100,
    minMinutes: 15,
    reMissPercent: 50,
    minReMisses: 10,
    intervalSeconds: 60,
    earlyLifetimes: 4,
  },
  memory: { percent: 200, historyDays: 14, minSnapshots: 5, minBytes: 1024 ** 2, peerFactor: 2, minPeers: 3 },
  efficiency: { hitRatePercent: 60, callsPerDay: 50, usesPerItem: 0.5, minReads: 20, minHours: 6 },
  budget: { percent: 100, acceptableReturn: 3 },
  ttl: { percent: 50, minBytes: 1024 ** 2 },
  largeKeys: { bytes: 100 * 1024 },
  evictions: { memoryPercent: 90 },
} as const satisfies DetectThresholds;
