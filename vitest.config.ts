import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const mongo = './test/support/global-setup.ts';
const build = './test/support/global-build.ts';

export default defineConfig({
  test: {
    // A third of the time goes by waiting for servers and processes: one worker more than there are processors.
    maxWorkers: Math.min(5, availableParallelism() + 1),
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
