import type { Config } from '../../config/schema.js';
import { shownTarget, type Target } from '../../domain/notify/target.js';
import { RcmError } from '../../errors.js';
import { resolveTargets } from '../notify/targets.js';
import type { Check } from './report.js';

const LOCAL = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Whom `alerts --notify` tells, without secrets; nothing where it tells nobody. Asks nobody. */
export function checkTargets(config: Config['notify'], env: Readonly<Record<string, string | undefined>>): Check[] {
  const as = (state: Check['state'], message: string, hint: string | null): Check[] => [
    { area: 'configuration', name: 'notify', state, message, hint },
  ];
  try {
    const targets = resolveTargets(config, env);
    if (targets.length === 0) return [];
    const list = targets.map((target) => `${target.name} (${target.type}, ${shownTarget(target)})`).join('; ');
    const plain = targets.filter(isPlain).map(({ name }) => name);
    if (plain.length === 0) return as('info', `Notified: ${list}`, 'Try them: `rcm alerts --notify --test`.');
    return as('warning', `Notified: ${list}. Not encrypted: ${plain.join(', ')}`, 'Use https:// addresses.');
  } catch (error) {
    if (!(error instanceof RcmError)) throw error;
    return as('failed', error.message, error.hint);
  }
}

function isPlain({ url }: Target): boolean {
  return url.protocol === 'http:' && !LOCAL.test(url.hostname);
}
