/** Why a message could not be delivered. The message never carries a secret. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  /** Whether trying again may help. */
  readonly retry: boolean;
  /** How long the target asks to be left alone, in milliseconds; null when it does not say. */
  readonly retryAfterMs: number | null;
  /** Whether a shorter message may be taken. */
  readonly tooLarge: boolean;

  constructor(
    message: string,
    {
      retry,
      retryAfterMs = null,
      tooLarge = false,
    }: { retry: boolean; retryAfterMs?: number | null; tooLarge?: boolean },
  ) {
    super(message);
    this.tooLarge = tooLarge;
    this.retry = retry;
    this.retryAfterMs = retryAfterMs;
  }
}
