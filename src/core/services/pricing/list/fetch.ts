import { redactText } from '../../../domain/redact.js';
import { messageOf, RcmError } from '../../../errors.js';
import { invalidList } from './format.js';

/** Bounds on what is fetched: a price list is a few hundred bytes. */
export const MOST_BYTES = 1024 ** 2;
const MOST_REDIRECTS = 3;
const LONGEST_MS = 10_000;

const JSON_TYPES = /^(application\/json|text\/plain|[\w.-]+\/[\w.-]+\+json)$/i;

export interface FetchOptions {
  /** Take http:, too. */
  insecure: boolean;
  signal?: AbortSignal | undefined;
  /** Milliseconds for all of it, redirects included. */
  timeoutMs?: number;
}

/** A URL for messages and the history: without user, password, query and fragment, which may be secrets. */
export function shownUrl({ origin, pathname }: URL): string {
  return origin + pathname;
}

/**
 * Fetches a price list: by https: unless `insecure`, over at most 3 redirects, at most 1 MB, within 10 s, as JSON or text.
 * User and password of the URL are sent to its own origin only.
 * @throws RCM_USAGE for a URL that is not taken; RCM_PRICE_LIST_UNREACHABLE; RCM_PRICE_LIST_INVALID; the signal's reason
 */
export async function fetchPriceList(url: URL, options: FetchOptions): Promise<Uint8Array> {
  const { insecure, signal, timeoutMs = LONGEST_MS } = options;
  assertScheme(url, insecure);
  const time = AbortSignal.timeout(timeoutMs);
  try {
    return await follow(url, insecure, signal ? AbortSignal.any([time, signal]) : time);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (error instanceof RcmError) throw error;
    if (time.aborted) throw unreachable(url, `did not come within ${timeoutMs / 1000} s`, error);
    throw unreachable(url, `cannot be fetched: ${causeOf(error)}`, error);
  }
}

async function follow(start: URL, insecure: boolean, signal: AbortSignal): Promise<Uint8Array> {
  let url = start;
  for (let redirects = 0; ; redirects += 1) {
    const response = await fetch(withoutCredentials(url), {
      redirect: 'manual',
      signal,
      headers: { accept: 'application/json', ...credentialsFor(url, start) },
    });
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      if (redirects === MOST_REDIRECTS) throw unreachable(start, `is redirected more than ${MOST_REDIRECTS} times`);
      url = redirected(url, location, insecure);
      continue;
    }
    return bodyOf(response, url);
  }
}

async function bodyOf(response: Response, url: URL): Promise<Uint8Array> {
  const refuse = async (error: RcmError): Promise<never> => {
    await response.body?.cancel();
    throw error;
  };
  const { status, statusText } = response;
  if (status !== 200) return refuse(unreachable(url, `cannot be had: the server says ${status} ${statusText}`.trim()));
  const type = (response.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? '';
  if (!JSON_TYPES.test(type))
    return refuse(invalidList(`The price list ${shownUrl(url)} is ${type || 'of no known type'}, not JSON or text`));
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop ends the transfer.
    if (bytes > MOST_BYTES) throw tooLarge(shownUrl(url));
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function tooLarge(from: string): RcmError {
  return invalidList(`The price list ${from} is larger than 1 MB`);
}

function redirected(from: URL, location: string, insecure: boolean): URL {
  const url = URL.canParse(location, from.href) ? new URL(location, from) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw unreachable(from, 'is redirected to what is no web address');
  if (url.protocol === 'http:' && !insecure)
    throw invalidList(`The price list ${shownUrl(from)} is redirected to ${shownUrl(url)}, which is not encrypted`);
  return url;
}

function assertScheme(url: URL, insecure: boolean): void {
  if (url.protocol === 'https:' || (url.protocol === 'http:' && insecure)) return;
  if (url.protocol === 'http:')
    throw new RcmError(
      'RCM_USAGE',
      `${shownUrl(url)} is not encrypted: anybody on the way could set your prices`,
      'Use https:, or --insecure where that cannot be.',
    );
  throw new RcmError(
    'RCM_USAGE',
    `A price list cannot be fetched by ${url.protocol}`,
    'Give an https: URL, or a file.',
  );
}

/** fetch refuses URLs with a password in them. */
function withoutCredentials(url: URL): URL {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  return plain;
}

function credentialsFor(url: URL, start: URL): Record<string, string> {
  if (start.username === '' && start.password === '') return {};
  if (url.origin !== start.origin) return {};
  const pair = `${decodeURIComponent(start.username)}:${decodeURIComponent(start.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function unreachable(url: URL, why: string, cause?: unknown): RcmError {
  return new RcmError(
    'RCM_PRICE_LIST_UNREACHABLE',
    `The price list ${shownUrl(url)} ${why}`,
    'Nothing was changed. Look at the URL with curl -L, or fetch it by other means and give the file.',
    { cause },
  );
}

/** fetch says `fetch failed`; why stands in its cause. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const { code } = (cause ?? {}) as { code?: unknown };
  const message = messageOf(cause ?? error);
  return redactText(message || (typeof code === 'string' ? code : 'no reason is known'));
}
