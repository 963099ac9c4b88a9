import type { RunningMongo, SkippedMongo } from './start.js';

/** What the global setup tells every suite about this run's MongoDB. */
export type MongoForRun = Pick<RunningMongo, 'uri' | 'kind'> | SkippedMongo;

declare module 'vitest' {
  export interface ProvidedContext {
    mongodb: MongoForRun;
  }
}
