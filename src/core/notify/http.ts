import { STATUS_CODES } from 'node:http';
import { credentialsOf } from '../domain/notify/target.js';
import { oneLine } from '../domain/notify/text.js';
import { messageOf } from '../errors.js';
import { DeliveryError } from './delivery-error.js';

/** Answers that may be another a moment later. */
const PASSING = new Set([408, 425, 429]);
const TOO_LARGE = 413;

/**
 * POSTs JSON once. Redirects are refused: a signed body, or a URL that is a secret, goes nowhere else. What the server
 * answers is judged by its status alone; its body is not read.
 * @param signal ends the attempt @throws DeliveryError
 */
export async function postJson(
  url: URL,
  body: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<void> {
  let response: Response;
  try {
    response = await fetch(withoutCredentials(url), {
      method: 'POST',
      body,
      redirect: 'manual',
      signal,
      headers: { 'content-type': 'application/json', 'user-agent': 'rcm', ...credentials(url), ...headers },
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new DeliveryError(causeOf(error), { retry: true });
  }
  // Not waited for: an answer without an end must not hold the run.
  response.body?.cancel().catch(() => undefined);
  const { status } = response;
  if (status >= 200 && status < 300) return;
  if (status >= 300 && status < 400)
    throw new DeliveryError(`it redirects (${status}): give the address that it redirects to`, { retry: false });
  // In our words: the server's may repeat the path, which may be a secret.
  throw new DeliveryError(`it answers ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd(), {
    retry: status >= 500 || PASSING.has(status),
    tooLarge: status === TOO_LARGE,
    retryAfterMs: retryAfter(response.headers.get('retry-after'), Date.now()),
  });
}

/** Milliseconds of a Retry-After header, which holds seconds or a date; null where there is none that can be read. */
export function retryAfter(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1000;
  const date = /[a-z]/i.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

/** fetch refuses URLs with a password in them. */
function withoutCredentials(url: URL): URL {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  return plain;
}

function credentials(url: URL): Record<string, string> {
  const { user, password } = credentialsOf(url);
  if (user === '' && password === '') return {};
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/** fetch says `fetch failed`; why stands in its cause. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const { code } = (cause ?? {}) as { code?: unknown };
  const message = messageOf(cause);
  return oneLine(message || (typeof code === 'string' ? code : 'no reason is known'), 200);
}
