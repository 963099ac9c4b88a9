import { onPath } from '../on-path.js';
import { startDocumentDb } from './documentdb/index.js';
import { downloadMongod } from './memory-server.js';
import { serverVersion, startMongod } from './mongod.js';

export const MONGO_KINDS = ['mongod', 'memory-server', 'documentdb'] as const;
export type MongoKind = (typeof MONGO_KINDS)[number];

/** A MongoDB, or a server compatible with it, for one run of the tests. */
export interface RunningMongo {
  kind: MongoKind | 'uri';
  uri: string;
  /** For people. */
  version: string;
  stop(): Promise<void>;
}

/** Why there is none. */
export interface SkippedMongo {
  skipped: string;
}

const STARTERS: Record<MongoKind, (asked: boolean) => Promise<RunningMongo>> = {
  async mongod() {
    const binary = onPath('mongod');
    if (!binary) throw new Error('no mongod is on PATH');
    return { kind: 'mongod', ...(await startMongod(binary)) };
  },
  async 'memory-server'(asked) {
    return { kind: 'memory-server', ...(await startMongod(await downloadMongod({ evenIfItFailedBefore: asked }))) };
  },
  documentdb: () => startDocumentDb(),
};

/**
 * Starts the MongoDB that `choice` (the variable RCM_TEST_MONGODB) asks for: a mongodb:// URI, `mongod`,
 * `memory-server`, `documentdb` or `skip`; when it is not set, the first of them that works.
 * @throws Error when what was asked for cannot be had: a run must not pass by leaving out what it was told to test
 */
export async function startMongo(choice: string | undefined): Promise<RunningMongo | SkippedMongo> {
  if (choice === undefined || choice === '') return firstThatWorks();
  if (choice === 'skip') return { skipped: 'RCM_TEST_MONGODB=skip' };
  if (/^mongodb(\+srv)?:\/\//.test(choice)) {
    return { kind: 'uri', uri: choice, version: `MongoDB ${await serverVersion(choice)}`, stop: async () => {} };
  }
  const kind = MONGO_KINDS.find((name) => name === choice);
  if (kind) return STARTERS[kind](true);
  throw new Error(`RCM_TEST_MONGODB must be a mongodb:// URI, ${MONGO_KINDS.join(', ')} or skip`);
}

async function firstThatWorks(): Promise<RunningMongo | SkippedMongo> {
  const reasons: string[] = [];
  for (const kind of MONGO_KINDS) {
    try {
      return await STARTERS[kind](false);
    } catch (error) {
      reasons.push(`${kind}: ${firstLine(error)}`);
    }
  }
  return { skipped: reasons.join('; ') };
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split('\n')[0] ?? '';
}
