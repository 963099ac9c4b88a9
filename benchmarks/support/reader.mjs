// Reads keys of companies at a steady rate and counts, as an application would, each company's reads and misses.
// Usage: node reader.mjs PORT PER_SECOND SECONDS COMPANIES   Prints {companies: {id: [reads, misses]}, perSecond}.
// Until a line comes on stdin it reads keys that are no company's, which it does not count: the server is busy before it is observed.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { companyId } from './server.mjs';

const [port, perSecond, seconds, companies] = process.argv.slice(2).map(Number);
const ids = Array.from({ length: companies }, (_, n) => companyId(n));
const counts = ids.map(() => [0, 0]);
const socket = connect(port, '127.0.0.1');
const pending = []; // company of each read that is not answered yet
let taken = 0;
let rest = '';
socket.on('data', (chunk) => {
  const text = rest + chunk.toString('latin1');
  let at = 0;
  for (;;) {
    const end = text.indexOf('\n', at);
    if (end < 0) break;
    const missed = text.charCodeAt(at + 1) === 45; // $-1
    const next = missed ? end + 1 : end + 1 + Number(text.slice(at + 1, end - 1)) + 2;
    if (next > text.length) break;
    const own = counts[pending[taken]] ?? [0, 0];
    taken += 1;
    own[0] += 1;
    if (missed) own[1] += 1;
    at = next;
  }
  rest = text.slice(at);
});
await once(socket, 'connect');
let counting = false;
let start = performance.now();
let sent = 0;
process.stdin.once('data', () => {
  counting = true;
  start = performance.now();
  sent = 0;
});
let seed = 12_345;
const random = () => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed / 2_147_483_647;
};
const total = perSecond * seconds;
while (!counting || sent < total) {
  const wanted = Math.floor(((performance.now() - start) / 1000) * perSecond);
  const due = counting ? Math.min(total, wanted) : wanted;
  // In batches of 50, as many connections of an application would send them.
  while (sent < due) {
    let batch = '';
    for (let i = 0; i < 50 && sent < due; i += 1, sent += 1) {
      const n = Math.floor(random() * companies);
      // The share that misses differs from company to company.
      const absent = random() * companies < n * 0.6;
      const whose = counting ? 'company' : 'nobody';
      const key = `${whose}:${ids[n]}:scenario:${absent ? 'absent' : n + companies * Math.floor(random() * 20)}`;
      batch += `*2\r\n$3\r\nGET\r\n$${key.length}\r\n${key}\r\n`;
      pending.push(counting ? n : -1);
    }
    socket.write(batch);
  }
  await sleep(2);
}
const took = (performance.now() - start) / 1000;
while (taken < pending.length) await sleep(5);
console.log(
  JSON.stringify({ perSecond: sent / took, companies: Object.fromEntries(ids.map((id, n) => [id, counts[n]])) }),
);
socket.destroy();
process.stdin.destroy();
