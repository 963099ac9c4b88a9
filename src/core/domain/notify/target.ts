import type { Wanted } from './change.js';

export const TARGET_TYPES = ['webhook', 'slack', 'email'] as const;
export type TargetType = (typeof TARGET_TYPES)[number];

/** Where notifications go, all of it known. `url` and `secret` are secrets: `shownTarget` is for people. */
export interface Target {
  name: string;
  type: TargetType;
  url: URL;
  /** Signs a webhook's body. */
  secret: string | null;
  /** E-mail only. */
  from: string;
  to: readonly string[];
  wanted: Wanted;
  /** Milliseconds for one attempt. */
  timeoutMs: number;
}

export function schemesOf(type: TargetType): readonly string[] {
  return type === 'email' ? ['smtp://', 'smtps://'] : ['https://', 'http://'];
}

/** What a URL is most likely for. */
export function typeOfUrl({ protocol, hostname }: URL): TargetType {
  if (protocol === 'smtp:' || protocol === 'smtps:') return 'email';
  return hostname === 'hooks.slack.com' ? 'slack' : 'webhook';
}

/** A bare address of one mailbox: no name, no list, nothing that could end a header. */
export function isAddress(text: string): boolean {
  return text.length <= 254 && /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(text);
}

/** A target for people: of the URL no more than scheme and host, for Slack's paths are secrets. */
export function shownTarget({ type, url, to }: Pick<Target, 'type' | 'url' | 'to'>): string {
  const host = `${url.protocol}//${url.host}`;
  return type === 'email' ? `${host} to ${to.join(', ')}` : `${host}/…`;
}

/** User and password of a URL, unescaped; as they stand where they are badly escaped. */
export function credentialsOf({ username, password }: URL): { user: string; password: string } {
  return { user: unescaped(username), password: unescaped(password) };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
