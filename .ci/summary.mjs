// Reads vitest's JSON report.
// usage: summary.mjs counts FILE    prints 'N passed, N failed, N skipped'
//        summary.mjs mongodb FILE   fails when the MongoDB suites were skipped, or there were none
import { readFileSync } from 'node:fs';

const [question, file] = process.argv.slice(2);

function read() {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { testResults: [] }; // the run ended before it could report
  }
}

const files = read().testResults;
const tests = files.flatMap((result) => result.assertionResults);
const count = (...states) => tests.filter((test) => states.includes(test.status)).length;

if (question === 'counts') {
  // A file that could not be loaded has no tests of its own, and has failed all the same.
  const broken = files.filter((result) => result.status === 'failed' && result.assertionResults.length === 0).length;
  console.log(
    `${count('passed')} passed, ${count('failed') + broken} failed, ${count('skipped', 'pending', 'todo', 'disabled')} skipped`,
  );
} else {
  const skipped = tests.filter((test) => test.fullName.includes('(skipped, no MongoDB: '));
  if (tests.length === 0 || skipped.length > 0) {
    console.error(`${skipped.length} tests on MongoDB were skipped: see the reason above`);
    process.exitCode = 1;
  }
}
