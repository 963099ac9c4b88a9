// Times whole processes, turn about, and keeps medians: a ratio of neighbours holds when the machine's speed drifts.
import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs a process to its end; output is thrown away. @returns seconds of wall time and of processor time are left to the caller */
export async function seconds(command, args, env = {}) {
  const start = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
  return (performance.now() - start) / 1000;
}

/** A and B in turn; medians of both and of the ratios A ÷ B of neighbouring runs. */
export async function pairs(rounds, a, b) {
  const rows = [];
  for (let i = 0; i < rounds; i += 1) {
    const first = i % 2 === 0 ? await a() : await b();
    const second = i % 2 === 0 ? await b() : await a();
    const [left, right] = i % 2 === 0 ? [first, second] : [second, first];
    rows.push({ left, right, ratio: left / right });
  }
  const of = (name) => median(rows.map((row) => row[name]));
  return { a: of('left'), b: of('right'), ratio: of('ratio') };
}

export function median(numbers) {
  return [...numbers].sort((x, y) => x - y)[Math.floor(numbers.length / 2)];
}

/** Peak memory (resident) of a Node process in MB of 1,000,000 bytes, as the operating system counted it. */
export async function peakMegabytes(args, env = {}) {
  return ((await atExit('process.resourceUsage().maxRSS', args, env)) * 1024) / 1e6;
}

/** Processor time (user and system, all threads) that a Node process took from start to end, in seconds. */
export async function processorSeconds(args, env = {}) {
  return (await atExit('process.cpuUsage().user+process.cpuUsage().system', args, env)) / 1e6;
}

/** Runs a Node process to its end. @returns the number that an expression has in it when it ends */
async function atExit(expression, args, env) {
  const file = join(tmpdir(), `rcm-bench-exit-${process.pid}-${Math.random().toString(36).slice(2)}`);
  const hook = `data:text/javascript,import{writeFileSync}from'node:fs';process.on('exit',()=>writeFileSync(${JSON.stringify(file)},String(${encodeURIComponent(expression)})))`;
  await seconds(process.execPath, ['--import', hook, ...args], env);
  const number = Number(await readFile(file, 'utf8'));
  await rm(file);
  return number;
}
