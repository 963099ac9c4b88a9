import { createHmac } from 'node:crypto';

/**
 * The headers that prove who sent a webhook, and when: HMAC-SHA256 of `TIMESTAMP.BODY`, so that neither the body nor its
 * time can be changed, nor an old message be sent again.
 */
export function signatureHeaders(secret: string, body: string, now: Date): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const hex = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { 'x-rcm-timestamp': timestamp, 'x-rcm-signature': `sha256=${hex}` };
}
