// A simulated month of a whole platform, whose every figure is compared with what follows from the accesses alone: the tests of
// test/e2e/month with 50 companies and 720 hours. Usage: node benchmarks/month.mjs [HOURSxCOMPANIES]
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @returns rows of {what, measured, wanted, met} */
export async function monthBenchmark(scale = '720x50') {
  const folder = await mkdtemp(join(tmpdir(), 'rcm-bench-month-'));
  try {
    const file = join(folder, 'result.json');
    const [hours, companies] = scale.split('x');
    const what = `simulated month: ${companies} companies, ${hours} hours; figures that are not what follows from the accesses`;
    const passed = await test({ RCM_TEST_MONTH: scale, RCM_TEST_MONTH_RESULT: file });
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text === null) return [{ what, measured: 'it did not come to its end', wanted: 'none', met: false }];
    const { accesses, snapshots, messages, compared, different } = JSON.parse(text);
    const n = (number) => number.toLocaleString('en-US');
    const of = `${n(accesses)} accesses, ${n(snapshots)} snapshots, ${n(messages)} messages`;
    const measured = `${n(different)} of ${n(compared)} comparisons (${of})`;
    return [{ what, measured, wanted: 'none', met: passed && different === 0 }];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs the tests; what fails is shown. @returns whether all passed */
async function test(env) {
  const words = ['node_modules/vitest/vitest.mjs', 'run', 'test/e2e/month'];
  const child = spawn(process.execPath, words, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, RCM_TEST_MONGODB: 'skip', ...env },
  });
  return (await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve))) === 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const { what, measured, wanted, met } of await monthBenchmark(process.argv[2]))
    console.log(`${what}: ${measured}, wanted ${wanted}: ${met ? 'met' : 'NOT MET'}`);
