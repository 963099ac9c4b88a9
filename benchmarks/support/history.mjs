// A made-up history as `snapshot` leaves it once it was thinned: hourly for 35 days, daily before, counters likewise.
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const HOURLY_DAYS = 35;

/** Times of the snapshots of so many days, oldest first. */
export function snapshotTimes(now, days) {
  const hourly = Math.min(days, HOURLY_DAYS);
  const times = [];
  for (let day = days; day > hourly; day -= 1)
    times.push(new Date(Math.floor((now - day * DAY) / DAY) * DAY + 23 * HOUR));
  for (let hour = hourly * 24; hour >= 0; hour -= 1) times.push(new Date(now - hour * HOUR));
  return times;
}

/** One snapshot; figures vary and grow, as real ones do: a number that is always 0 takes no room. */
export function snapshotAt(takenAt, companies) {
  const day = Math.floor(takenAt.getTime() / DAY);
  const wave = (n) => 1 + 0.3 * Math.sin((takenAt.getTime() / DAY) * 2 * Math.PI + n);
  const rows = Array.from({ length: companies }, (_, n) => ({
    companyId: companyName(n),
    companyName: `Company ${n}`,
    takenAt,
    orphan: false,
    cacheBytes: Math.round((400_000 + n * 131 + (day % 1000) * 3001) * wave(n)),
    keys: Math.round((900 + n) * wave(n)),
    hits: Math.round(80_000 * wave(n)) + n,
    misses: Math.round(9000 * wave(n + 1)) + n,
    errors: n % 7,
    readUs: Math.round(123_456_789 * wave(n)),
    coveredMs: DAY - ((n * 300_000) % DAY),
    clears24h: n % 5,
    storageBytes: 1e8 + n * 12_345.5 + day,
    calls: 300 + n,
    minutes: 612.25 + n * 0.35,
    recordingBytes: 5e8 + n * 1e6,
    redisCost: 0.0301234567 * wave(n) + 0.02,
    mongodbCost: 0.0212345678 * wave(n + 2),
    twilioCost: 5.2123456 + n * 0.001,
    score: Math.min(100, 70 + 10 * wave(n)),
    status: n % 9 === 0 ? 'warning' : 'healthy',
  }));
  return {
    platform: {
      takenAt,
      companySource: 'collection',
      companies,
      totalBytes: rows.reduce((sum, row) => sum + row.cacheBytes, 0),
      totalCost: rows.reduce((sum, row) => sum + row.redisCost + row.mongodbCost, 0),
      unallocatedCost: 57,
      redisUsedMemoryBytes: 1_000_000_000 + (day % 1000) * 1_000_000,
      redisUptimeSeconds: 1_000_000,
      redisMaxMemoryBytes: 4_000_000_000,
      redisEvictedKeys: 1234,
      redisExpiredKeys: 123_456,
      ownKeys: companies * 50,
      ownBytes: companies * 100_000,
      activeCompanies: companies,
      warnings: [],
    },
    companies: rows,
  };
}

/** One hour's counters of every company, every latency bucket in use. */
export function countersAt(hourMs, companies, times = 1) {
  const scaled = (counters) => Object.fromEntries(Object.entries(counters).map(([name, n]) => [name, n * times]));
  return Array.from({ length: companies }, (_, n) => ({
    companyId: companyName(n),
    hourMs,
    mark: hourMs + 51 * HOUR + (n % 1000),
    counters: scaled({
      hit: 3300 + n, miss: 370 + (n % 90), set: 371 + (n % 80), del: n % 13, clear: n % 2, error: n % 3,
      hitUs: 3_300_000 + n * 100, missUs: 2_200_000 + n * 10, bytes: 12_345_678 + n,
      b0: 800 + n, b1: 900, b2: 700, b3: 500, b4: 300, b5: 200 + (n % 50), b6: 60, b7: 5 + (n % 20),
    }),
  })); // biome-ignore format: a table
}

export function companyName(n) {
  return (0x68e3f77a9d62 + n).toString(16).padEnd(24, 'c4');
}

/** Fills a store with so many days of history that end now. */
export async function fillHistory(store, { companies, days, now = Date.now(), onSnapshot = () => {} }) {
  const times = snapshotTimes(now, days);
  for (const [n, takenAt] of times.entries()) {
    await store.snapshots.insert(snapshotAt(takenAt, companies));
    onSnapshot(n + 1, times.length);
  }
  const start = Math.floor(now / HOUR) * HOUR;
  const retention = {
    snapshotDays: 4000,
    allSnapshotsHours: 48,
    hourlySnapshotsDays: HOURLY_DAYS,
    actDays: 90,
    accessDays: 7,
  };
  // Of an old day one hour that holds all of it is enough: it is merged.
  const today = Math.floor(now / DAY) * DAY;
  for (let day = days; day > HOURLY_DAYS; day -= 1)
    await store.counterHours.put(countersAt(today - day * DAY, companies, 24));
  for (let ms = today - HOURLY_DAYS * DAY; ms < start; ms += HOUR)
    await store.counterHours.put(countersAt(ms, companies));
  await store.counterHours.prune(new Date(now), retention);
}
