import type { TestProject } from 'vitest/node';
import './mongo/provided.js';
import { type RunningMongo, type SkippedMongo, startMongo } from './mongo/start.js';

// Vitest loads this file once for each project that uses it: what they share is kept where all copies find it.
interface Shared {
  mongo: Promise<RunningMongo | SkippedMongo>;
  users: number;
}
const holder = globalThis as typeof globalThis & { rcmTestMongo?: Shared };

/** Starts this run's MongoDB, once, and tells every suite where it is. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  holder.rcmTestMongo ??= { mongo: startAndSay(), users: 0 };
  const shared = holder.rcmTestMongo;
  shared.users += 1;
  const mongo = await shared.mongo;
  project.provide('mongodb', 'skipped' in mongo ? mongo : { uri: mongo.uri, kind: mongo.kind });
  return async () => {
    shared.users -= 1;
    if (shared.users === 0 && !('skipped' in mongo)) await mongo.stop();
  };
}

async function startAndSay(): Promise<RunningMongo | SkippedMongo> {
  const mongo = await startMongo(process.env.RCM_TEST_MONGODB);
  if ('skipped' in mongo) {
    const line = '!'.repeat(100);
    const advice =
      'Install mongod, or set RCM_TEST_MONGODB to a mongodb:// URI (CONTRIBUTING.md, "The MongoDB of the tests").';
    say(`${line}\nTHE MONGODB SUITES ARE SKIPPED: ${mongo.skipped}\n${advice}\n${line}`);
  } else {
    say(`MongoDB for tests: ${mongo.kind} (${mongo.version})`);
  }
  return mongo;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
