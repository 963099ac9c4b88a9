// One client that reads one key after the other for some seconds. Prints reads per second and p99 in milliseconds.
// Usage: node sequential-reader.mjs PORT SECONDS
import { Redis } from 'ioredis';

const redis = new Redis(Number(process.argv[2]));
const until = performance.now() + Number(process.argv[3]) * 1000;
await redis.set('reader:key', 'x'.repeat(500));
const times = [];
const start = performance.now();
for (let now = start; now < until; ) {
  await redis.get('reader:key');
  const after = performance.now();
  times.push(after - now);
  now = after;
}
const sorted = Float64Array.from(times).sort();
const p99 = sorted[Math.floor(sorted.length * 0.99)];
console.log(JSON.stringify({ perSecond: (times.length / (performance.now() - start)) * 1000, p99 }));
redis.disconnect();
