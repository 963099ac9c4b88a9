// What `companies` is compared with: a bare loop of SCAN COUNT 1000, nothing measured. Usage: node bare-scan.mjs PORT
import { Redis } from 'ioredis';

const redis = new Redis(Number(process.argv[2]));
let cursor = '0';
let keys = 0;
do {
  const [next, page] = await redis.scan(cursor, 'COUNT', 1000);
  cursor = next;
  keys += page.length;
} while (cursor !== '0');
console.log(keys);
redis.disconnect();
