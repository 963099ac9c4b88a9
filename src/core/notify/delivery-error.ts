/** Why a message could not be delivered. The message never carries a secret. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  /** Whether trying again may help. */
  readonly retry: boolean;
  /** How long the target asks to be left alone, in milliseconds; null when it does not say. */
  readonly retryAfterMs: number | null;

  constructor(message: string, { retry, retryAfterMs = null }: { retry: boolean; retryAfterMs?: number | null }) {
    super(message);
    this.retry = retry;
    this.retryAfterMs = retryAfterMs;
  }
}
