import type { LoadedConfig } from '../../config/load.js';
import { redactUrl } from '../../domain/redact.js';
import { messageOf, RcmError } from '../../errors.js';
import type { RedisConnection } from '../../redis/connect/connect.js';
import { KeyTemplates } from '../../redis/key-template.js';
import type { Store } from '../../store/store.js';
import { checkObserve } from './observe-checks.js';
import { checkPermissions } from './permissions.js';
import { checkRecording } from './recording-check.js';
import { checkRedis } from './redis-checks.js';
import type { Check, DoctorReport } from './report.js';
import { checkStore } from './store-checks.js';
import { checkTargets } from './target-checks.js';

/** What the doctor looks at: each may be there, or the error that opening it gave. */
export interface Patient {
  loaded: LoadedConfig;
  redis: RedisConnection | RcmError;
  store: Store | RcmError;
  clock: () => Date;
  /** The environment, which may hold what notification targets need. */
  env: Readonly<Record<string, string | undefined>>;
}

/** What is configured, reached, permitted and recorded, with what to do about each. Changes nothing but a server setting that a killed observer left: that it puts back. Never throws. */
export async function examine(patient: Patient): Promise<DoctorReport> {
  const { loaded, redis, store, clock } = patient;
  const areas = await Promise.all([
    redis instanceof RcmError ? [failure('redis', 'connection', redis)] : examineRedis(redis, loaded, clock),
    store instanceof RcmError
      ? [failure(loaded.config.mongodb.uri === undefined ? 'store' : 'mongodb', 'connection', store)]
      : checkStore(store, clock).catch((error) => [failure('store', 'store', error)]),
  ]);
  const checks = [...configuration(loaded, patient.env), ...areas.flat()];
  return { generatedAt: clock(), healthy: checks.every((check) => check.state !== 'failed'), checks };
}

async function examineRedis(redis: RedisConnection, { config }: LoadedConfig, clock: () => Date): Promise<Check[]> {
  const template = new KeyTemplates(config.keyTemplates).templates[0];
  const companyKey = `${template?.prefix}probe${template?.suffix}`;
  const server = await checkRedis(redis, () => clock().getTime()).catch((error) => [failure('redis', 'server', error)]);
  const permissions = await checkPermissions(redis.server, companyKey).catch((error) => [
    failure('permissions', 'permissions', error),
  ]);
  const recording = await checkRecording(redis).catch((error) => failure('recording', 'counters', error));
  const observing = await checkObserve(redis).catch((error) => [failure('redis', 'observe', error)]);
  return [...server, ...permissions, ...observing, recording];
}

function configuration({ config, sources, stateFile }: LoadedConfig, env: Patient['env']): Check[] {
  const from = sources.length > 0 ? sources.join(', ') : 'defaults only';
  const { redis, mongodb } = config;
  const where = redis.url ? redactUrl(redis.url) : (redis.sentinels?.join(',') ?? 'none');
  const durable = mongodb.uri === undefined ? `embedded store ${stateFile}` : redactUrl(mongodb.uri);
  const ok = (name: string, message: string): Check => ({
    area: 'configuration',
    name,
    state: 'ok',
    message,
    hint: null,
  });
  return [
    ok('sources', `Settings come from ${from}`),
    ok('services', `Redis ${where}; durable state in ${durable}`),
    ok('keyTemplates', `Company keys are named ${config.keyTemplates.join(', ')}`),
    ...checkTargets(config.notify, env),
  ];
}

function failure(area: Check['area'], name: string, error: unknown): Check {
  const hint = error instanceof RcmError ? error.hint : null;
  return { area, name, state: 'failed', message: messageOf(error), hint };
}
