const HOUR_MS = 3_600_000;

/** A day of counters of one company, every 5 minutes. @param counts what differs from the usual */
export async function recordDay(redis, id, counts = {}) {
  const all = { hit: 900, miss: 90, hitUs: 90_000, missUs: 900_000, set: 3, bytes: 9000, ...counts };
  const pipeline = redis.pipeline();
  for (let hour = 0; hour < 24; hour += 1) {
    const at = new Date(Date.now() - hour * HOUR_MS).toISOString().slice(0, 13);
    const fields = {};
    for (let slot = 0; slot < 12; slot += 1)
      for (const [name, value] of Object.entries(all)) fields[`${slot}:${name}`] = value;
    pipeline.hset(`rcm:{${id}}:counters:${at}`, fields);
  }
  await pipeline.exec();
}
