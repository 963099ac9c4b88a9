import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const mongo = './test/support/global-setup.ts';
const build = './test/support/global-build.ts';

export default defineConfig({
  test: {
    // Every worker may run servers of its own beside it: more workers than this only wait for each other.
    maxWorkers: Math.min(4, Math.max(2, availableParallelism())),
    // A process for every file would load Mongoose, Zod and the rest anew each time: a quarter of a second for each.
    isolate: false,
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: [mongo],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: [build, mongo],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
