import { formatBytes } from '../../domain/format.js';
import { messageOf, RcmError } from '../../errors.js';
import type { RedisConnection } from '../../redis/connect/connect.js';
import { scanNodes } from '../../redis/connect/scan-nodes.js';
import { readServerInfo, type ServerInfo } from '../../redis/server-info.js';
import type { Check } from './report.js';

type Finding = Omit<Check, 'area'>;

/** Slots of counters are told apart by the clocks of those who write them. */
const MOST_SKEW_MS = 2000;

/** What the server is, whether it suits, and who will be scanned. */
export async function checkRedis(connection: RedisConnection, nowMs: () => number): Promise<Check[]> {
  const findings: Finding[] = [];
  const info = await readServerInfo(connection.server).catch(() => null);
  findings.push(reached(connection, info));
  if (info) findings.push(version(info), memoryLimit(info), ...(info.evictedKeys ? [evictions(info)] : []));
  findings.push(await clockSkew(connection, nowMs), await whoIsScanned(connection));
  return findings.map((finding) => ({ area: 'redis', ...finding }));
}

function reached(connection: RedisConnection, info: ServerInfo | null): Finding {
  const what = info
    ? `${info.product === 'valkey' ? 'Valkey' : 'Redis'} ${info.version}, ${connection.kind}`
    : connection.kind;
  return { name: 'connection', state: 'ok', message: `Reached ${connection.label}: ${what}`, hint: null };
}

function version(info: ServerInfo): Finding {
  const [major = 0, minor = 0] = info.version.split('.').map(Number);
  if (info.product === 'valkey' || major >= 7)
    return { name: 'version', state: 'ok', message: `${info.version} has all that is needed`, hint: null };
  if (major === 6 && minor >= 2)
    return {
      name: 'version',
      state: 'info',
      message: `${info.version} works, with EVAL instead of EVAL_RO: scans cannot use a replica's read-only scripts`,
      hint: 'Redis 7.0 or newer is better.',
    };
  return {
    name: 'version',
    state: 'warning',
    message: `${info.version} is older than what is tested (6.2)`,
    hint: 'Use Redis 7.0 or newer, or Valkey.',
  };
}

function memoryLimit(info: ServerInfo): Finding {
  const { maxMemoryBytes: max, usedMemoryBytes: used, maxMemoryPolicy: policy } = info;
  if (!max)
    return {
      name: 'memory',
      state: 'warning',
      message: `No maxmemory is set (${formatBytes(used ?? 0)} used): Redis may grow until the machine has no memory left`,
      hint: 'Set maxmemory, and an eviction policy that suits a cache, such as allkeys-lru.',
    };
  const percent = used === null ? null : (used / max) * 100;
  const message = `${formatBytes(used ?? 0)} of ${formatBytes(max)} used${percent === null ? '' : ` (${percent.toFixed(0)}%)`}, eviction policy ${policy ?? 'unknown'}`;
  if (policy === 'noeviction')
    return {
      name: 'memory',
      state: 'warning',
      message: `${message}: when memory is full, writes fail`,
      hint: 'For a cache use allkeys-lru or allkeys-lfu.',
    };
  return {
    name: 'memory',
    state: percent !== null && percent >= 90 ? 'warning' : 'ok',
    message,
    hint: percent !== null && percent >= 90 ? 'Look at who uses it: `rcm companies --sort -size`.' : null,
  };
}

function evictions(info: ServerInfo): Finding {
  return {
    name: 'evictions',
    state: 'info',
    message: `${info.evictedKeys?.toLocaleString('en-US')} keys were evicted since the server started`,
    hint: 'Evictions lower hit rates: raise maxmemory, or lower what companies hold.',
  };
}

async function clockSkew({ server }: RedisConnection, nowMs: () => number): Promise<Finding> {
  try {
    const before = nowMs();
    const [seconds, micros] = (await server.time()) as unknown as [string, string];
    const middle = (before + nowMs()) / 2;
    const skew = Math.round(Number(seconds) * 1000 + Number(micros) / 1000 - middle);
    if (Math.abs(skew) <= MOST_SKEW_MS)
      return { name: 'clock', state: 'ok', message: `Clocks agree within ${Math.abs(skew)} ms`, hint: null };
    return {
      name: 'clock',
      state: 'warning',
      message: `The server's clock is ${Math.abs(skew)} ms ${skew > 0 ? 'ahead of' : 'behind'} this machine's`,
      hint: 'Synchronise both with NTP: windows of recorded reads are cut by the clock.',
    };
  } catch (error) {
    return { name: 'clock', state: 'info', message: `Clock skew is unknown: ${messageOf(error)}`, hint: null };
  }
}

async function whoIsScanned(connection: RedisConnection): Promise<Finding> {
  try {
    const { nodes, notes, close } = await scanNodes(connection);
    close();
    const list = nodes.map((node) => `${node.label} (${node.role})`).join(', ');
    const state = notes.length > 0 ? 'warning' : 'ok';
    return {
      name: 'scan',
      state,
      message: [`Scans read ${list}`, ...notes].join('. '),
      hint: notes.length > 0 ? 'Give this machine a way to the replicas, or set redis.readFrom: primary.' : null,
    };
  } catch (error) {
    const known = error instanceof RcmError ? error : null;
    return { name: 'scan', state: 'failed', message: messageOf(error), hint: known?.hint ?? null };
  }
}
