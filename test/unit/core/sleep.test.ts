import { describe, expect, it } from 'vitest';
import { sleep } from '../../../src/core/sleep.js';

describe('waiting', () => {
  it('ends by itself, with a signal and without', async () => {
    await expect(sleep(1)).resolves.toBeUndefined();
    await expect(sleep(1, new AbortController().signal)).resolves.toBeUndefined();
  });

  it('fails with the reason of the signal, aborted before or meanwhile', async () => {
    const reason = new Error('enough');
    await expect(sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    const stop = new AbortController();
    const waiting = sleep(60_000, stop.signal);
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });
});
