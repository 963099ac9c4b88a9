import { type Change, digestOf, type Message, MOST_SHOWN } from '../../domain/notify/message.js';
import { digestLines, emailParts, slackPayload, webhookPayload } from '../../domain/notify/payloads.js';
import type { Target } from '../../domain/notify/target.js';
import { type DeliverOptions, type Delivery, deliver } from '../../notify/deliver.js';
import { DeliveryError } from '../../notify/delivery-error.js';
import { postJson } from '../../notify/http.js';
import { signatureHeaders } from '../../notify/signature.js';
import { sendMail } from '../../notify/smtp.js';

/** What would be sent, without signature and secrets. */
export interface Preview {
  subject: string;
  /** For people. */
  lines: string[];
  /** As the target gets it: a body of JSON, or the parts of an e-mail. */
  payload: Record<string, unknown>;
}

export function previewOf(target: Target, message: Message): Preview {
  const digest = digestOf(message);
  return { subject: digest.subject, lines: digestLines(digest), payload: payloadOf(target, message) };
}

function payloadOf({ type, from, to }: Target, message: Message): Record<string, unknown> {
  if (type === 'webhook') return webhookPayload(message);
  if (type === 'slack') return slackPayload(message);
  return { from, to: [...to], ...emailParts(message) };
}

/**
 * Delivers one message. @returns how it went; `result` are recipients of an e-mail that the server refused, when others
 * got it @throws the signal's reason
 */
export function send(
  target: Target,
  message: Message,
  clock: () => Date,
  options: Omit<DeliverOptions, 'timeoutMs'>,
): Promise<Delivery<string[]>> {
  const { type, url, secret, from, to, timeoutMs } = target;
  if (type === 'email') {
    const mail = { from, to, ...emailParts(message), messageId: `${message.id}@${from.split('@')[1]}` };
    return deliver((signal) => sendMail(url, mail, timeoutMs, signal), { ...options, timeoutMs });
  }
  let body = JSON.stringify(payloadOf(target, message));
  const attempt = async (signal: AbortSignal): Promise<string[]> => {
    // Signed anew for each attempt: the receiver looks at the time.
    const signed = secret === null ? {} : signatureHeaders(secret, body, clock());
    const headers = type === 'webhook' ? { 'x-rcm-event': message.event, 'x-rcm-delivery': message.id, ...signed } : {};
    try {
      await postJson(url, body, headers, signal);
    } catch (error) {
      const shorter = type === 'webhook' ? JSON.stringify(webhookPayload(message, MOST_SHOWN)) : body;
      if (!(error instanceof DeliveryError) || !error.tooLarge || shorter.length >= body.length) throw error;
      // Else it would be refused run after run, just when there is most to tell.
      body = shorter;
      throw new DeliveryError(error.message, { retry: true });
    }
    return [];
  };
  return deliver(attempt, { ...options, timeoutMs });
}

/** A message that says that it is only a test: it tells of no issue. */
export function testMessage(id: string, generatedAt: Date): Message {
  const changes: Change[] = [];
  return { event: 'rcm.test', id, generatedAt, platform: { store: null, redis: null }, changes };
}
