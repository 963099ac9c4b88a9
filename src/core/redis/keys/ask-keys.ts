import type { Redis } from 'ioredis';
import { KEY_DETAILS, type KeyDetail, type KeyInfo } from './key-info.js';
import type { CompanyKey } from './selection.js';

const COMMANDS: Record<KeyDetail, readonly string[]> = {
  bytes: ['MEMORY', 'USAGE'],
  type: ['TYPE'],
  ttl: ['PTTL'],
  idle: ['OBJECT', 'IDLETIME'],
};

/** Asks one server about its keys by pipelined commands; those that are not there are left out. @throws what Redis says */
export async function askKeys(
  redis: Redis,
  keys: readonly CompanyKey[],
  asked: readonly KeyDetail[],
): Promise<KeyInfo[]> {
  const infos: KeyInfo[] = keys.map((key) => ({ ...key, bytes: null, type: null, ttlMs: null, idleSeconds: null }));
  // In the order in which measuring one does not change another.
  const details = KEY_DETAILS.filter((detail) => asked.includes(detail));
  if (infos.length === 0 || details.length === 0) return infos;
  const gone = new Set<KeyInfo>();
  const pipeline = redis.pipeline();
  for (const { key } of infos)
    for (const detail of details) {
      const [name = '', ...words] = COMMANDS[detail];
      pipeline.callBuffer(name, ...(words as [string]), key as unknown as string);
    }
  const replies = (await pipeline.exec()) ?? [];
  replies.forEach(([error, value], n) => {
    const info = infos[Math.floor(n / details.length)] as KeyInfo;
    const detail = details[n % details.length] as KeyDetail;
    // IDLETIME has no answer under an LFU policy, nor for a key that vanished.
    if (error !== null && detail !== 'idle') throw error;
    if (!fill(info, detail, error === null ? value : null)) gone.add(info);
  });
  return infos.filter((info) => !gone.has(info));
}

/** false when the key has vanished. */
function fill(info: KeyInfo, detail: KeyDetail, value: unknown): boolean {
  if (detail === 'bytes') info.bytes = value as number | null;
  else if (detail === 'type') info.type = String(value);
  else if (detail === 'ttl') info.ttlMs = value as number;
  else info.idleSeconds = value as number | null;
  return (detail !== 'bytes' || value !== null) && info.type !== 'none' && info.ttlMs !== -2;
}
