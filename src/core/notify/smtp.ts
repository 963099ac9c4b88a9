import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
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
 * Sends one mail by smtp:// (STARTTLS where the server offers it, and with a password it must; not to this machine itself,
 * whose certificate is seldom one that others vouch for) or smtps://. Certificates are verified.
 * @param signal ends the attempt @returns the recipients that the server refused, when it took others @throws DeliveryError
 */
export async function sendMail(url: URL, mail: Mail, timeoutMs: number, signal: AbortSignal): Promise<string[]> {
  const { createTransport } = await import('nodemailer');
  const secure = url.protocol === 'smtps:';
  const { user, password } = credentialsOf(url);
  const local = LOOPBACK.test(url.hostname);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (secure ? SMTPS_PORT : SUBMISSION_PORT) : Number(url.port);
  try {
    const transport = createTransport({
      ...{ host, port, secure, requireTLS: !secure && user !== '' && !local, ignoreTLS: local },
      ...(user === '' ? {} : { auth: { user, pass: password } }),
      connection: await connected(host, port, signal),
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      // No file and no address is ever read for a mail.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const { messageId, to, ...parts } = mail;
    const { rejected } = await transport.sendMail({
      ...parts,
      to: [...to],
      messageId: `<${messageId}>`,
      // Nobody's absence note answers it.
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    return rejected.map(String);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw deliveryError(error, { user, password });
  }
}

/** A connection that the signal cuts at any time: a server that answers for ever holds no run, and takes no mail later on. */
async function connected(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted();
  const socket = connect({ host, port, signal });
  // Whoever reads it hears of its end.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/**
 * What SMTP says: 4xx may pass, 5xx and a refused log-in do not; without an answer it is the network. The words of a server
 * that refuses a log-in are not repeated: some send back the line that they were sent, password and all.
 */
function deliveryError(error: unknown, { user, password }: { user: string; password: string }): DeliveryError {
  const { responseCode, code } = error as { responseCode?: unknown; code?: unknown };
  if (code === 'EAUTH') {
    const answer = typeof responseCode === 'number' ? ` (${responseCode})` : '';
    return new DeliveryError(`it refuses the log-in${answer}`, { retry: false });
  }
  let message = messageOf(error) || String(code ?? 'no reason is known');
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const secrets = [base64(`\0${user}\0${password}`), base64(password), base64(user), password, user];
  for (const secret of secrets) if (secret !== '') message = message.replaceAll(secret, '***');
  const lasting = (typeof responseCode === 'number' && responseCode >= 500) || code === 'EENVELOPE';
  const passing = typeof responseCode === 'number' && responseCode >= 400 && responseCode < 500;
  return new DeliveryError(oneLine(message, 200), { retry: passing || !lasting });
}
