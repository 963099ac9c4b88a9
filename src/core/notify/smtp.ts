import { credentialsOf } from '../domain/notify/target.js';
import { oneLine } from '../domain/notify/text.js';
import { messageOf } from '../errors.js';
import { DeliveryError } from './delivery-error.js';

export interface Mail {
  from: string;
  to: readonly string[];
  subject: string;
  text: string;
  html: string;
  /** Without the brackets; the same when it is sent again. */
  messageId: string;
}

const SUBMISSION_PORT = 587;
const SMTPS_PORT = 465;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/i;

/**
 * Sends one mail by smtp:// (STARTTLS where the server offers it; with a password it must, but on this machine) or
 * smtps://. Certificates are verified.
 * @param signal ends the attempt @returns the recipients that the server refused, when it took others @throws DeliveryError
 */
export async function sendMail(url: URL, mail: Mail, timeoutMs: number, signal: AbortSignal): Promise<string[]> {
  const { createTransport } = await import('nodemailer');
  const secure = url.protocol === 'smtps:';
  const { user, password } = credentialsOf(url);
  const local = LOOPBACK.test(url.hostname);
  const transport = createTransport({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? SMTPS_PORT : SUBMISSION_PORT) : Number(url.port),
    secure,
    requireTLS: !secure && user !== '' && !local,
    ...(user === '' ? {} : { auth: { user, pass: password } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // No file and no address is ever read for a mail.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  let stop = () => {};
  const ended = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    signal.throwIfAborted();
    const { messageId, to, ...parts } = mail;
    const sending = transport.sendMail({ ...parts, to: [...to], messageId: `<${messageId}>` });
    const { rejected } = await Promise.race([sending, ended]);
    return rejected.map(String);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw deliveryError(error, [password, user]);
  } finally {
    signal.removeEventListener('abort', stop);
    transport.close();
  }
}

/** What SMTP says: 4xx may pass, 5xx and a refused log-in do not; without an answer it is the network. */
function deliveryError(error: unknown, secrets: readonly string[]): DeliveryError {
  const { responseCode, code } = error as { responseCode?: unknown; code?: unknown };
  let message = messageOf(error);
  for (const secret of secrets) if (secret !== '') message = message.replaceAll(secret, '***');
  const lasting = (typeof responseCode === 'number' && responseCode >= 500) || code === 'EAUTH' || code === 'EENVELOPE';
  const passing = typeof responseCode === 'number' && responseCode >= 400 && responseCode < 500 && code !== 'EAUTH';
  return new DeliveryError(oneLine(message, 200), { retry: passing || !lasting });
}
