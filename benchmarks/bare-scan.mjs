// What scans are compared with: a bare loop of SCAN COUNT 1000, nothing measured. Usage: node bare-scan.mjs PORT [PATTERN]
import { Redis } from 'ioredis';

const [port, pattern] = process.argv.slice(2);
const match = pattern === undefined ? [] : ['MATCH', pattern];
const redis = new Redis(Number(port));
let cursor = '0';
let keys = 0;
do {
  const [next, page] = await redis.scan(cursor, ...match, 'COUNT', 1000);
  cursor = next;
  keys += page.length;
} while (cursor !== '0');
console.log(keys);
redis.disconnect();
