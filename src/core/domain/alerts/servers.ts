import { type AlertFacts, cannotTell, NOTHING, platformFinding, type Verdict } from './alert.js';

/** A replica that acknowledged nothing for so many seconds is behind. */
export const MOST_LAG_SECONDS = 10;

/**
 * Replication that does not work. Critical: the server that is read is a replica without its master, so that all figures
 * are old. Warning: a replica that is not online, lags, or is held for failed by its cluster.
 */
export function replicationRule({ servers, failedReplicas }: AlertFacts): Verdict {
  if (servers === null || failedReplicas === null) return cannotTell('REDIS_REPLICATION');
  const cut = servers.filter((server) => server.masterLinkUp === false).map((server) => server.label);
  const behind = servers.flatMap(({ label, replicas }) =>
    replicas
      .filter((replica) => !replica.online || replica.lagSeconds > MOST_LAG_SECONDS)
      .map(({ host, port, online, lagSeconds }) => ({ replica: `${host}:${port}`, of: label, online, lagSeconds })),
  );
  const failed = failedReplicas.filter((address) => behind.every(({ replica }) => replica !== address));
  const parts = [
    ...cut.map((label) => `the link of ${label} to its master is down: it holds old data`),
    ...behind.map(({ replica, of, online, lagSeconds }) =>
      online ? `replica ${replica} of ${of} is ${lagSeconds} s behind` : `replica ${replica} of ${of} is not online`,
    ),
    ...failed.map((replica) => `replica ${replica} has failed`),
  ];
  if (parts.length === 0) return NOTHING;
  return platformFinding({
    code: 'REDIS_REPLICATION',
    severity: cut.length > 0 ? 'critical' : 'warning',
    message: capital(parts.join('; ')),
    evidence: { cutOff: cut.length, behind: behind.length, failed: failed.length },
    command: 'rcm doctor',
  });
}

/**
 * A save to disk that failed. Critical: the last RDB save or AOF write failed, after which Redis refuses writes unless it
 * was told otherwise. Warning: the AOF could not be rewritten, so that it grows.
 */
export function persistenceRule({ servers }: AlertFacts): Verdict {
  if (servers === null) return cannotTell('REDIS_PERSISTENCE');
  const labels = (of: 'rdbSaveOk' | 'aofWriteOk' | 'aofRewriteOk') =>
    servers.filter((server) => server[of] === false).map((server) => server.label);
  const [rdb, aof, rewrite] = [labels('rdbSaveOk'), labels('aofWriteOk'), labels('aofRewriteOk')];
  const parts = [
    ...rdb.map((label) => `the last RDB save of ${label} failed`),
    ...aof.map((label) => `the last AOF write of ${label} failed`),
    ...rewrite.map((label) => `the last AOF rewrite of ${label} failed`),
  ];
  if (parts.length === 0) return NOTHING;
  return platformFinding({
    code: 'REDIS_PERSISTENCE',
    severity: rdb.length + aof.length > 0 ? 'critical' : 'warning',
    message: capital(parts.join('; ')),
    evidence: { rdbSavesFailed: rdb.length, aofWritesFailed: aof.length, aofRewritesFailed: rewrite.length },
    command: 'redis-cli info persistence',
  });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
