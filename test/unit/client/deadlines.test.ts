import { afterEach, describe, expect, it, vi } from 'vitest';
import { DeadlineError, Deadlines } from '../../../src/client/deadlines.js';

afterEach(() => {
  vi.useRealTimers();
});

describe('deadlines', () => {
  it('reject what takes too long, in order, and let the rest through', async () => {
    vi.useFakeTimers();
    const deadlines = new Deadlines(100);
    const never = new Promise<never>(() => {});
    const first = deadlines.bound(never, performance.now()).catch((error: unknown) => error);
    vi.advanceTimersByTime(60);
    const second = deadlines.bound(never, performance.now()).catch((error: unknown) => error);
    const quick = deadlines.bound(Promise.resolve(7), performance.now());
    expect(await quick).toBe(7);
    vi.advanceTimersByTime(41);
    expect(await first).toBeInstanceOf(DeadlineError);
    expect(deadlines.empty).toBe(false);
    vi.advanceTimersByTime(61);
    expect(await second).toBeInstanceOf(DeadlineError);
    expect(deadlines.empty).toBe(true);
    await deadlines.idle();
  });

  it('pass on what was thrown, and ignore an answer that comes too late', async () => {
    vi.useFakeTimers();
    const deadlines = new Deadlines(100);
    await expect(deadlines.bound(Promise.reject(new Error('no')), performance.now())).rejects.toThrow('no');
    let answer: (value: string) => void = () => {};
    const late = deadlines.bound(new Promise<string>((resolve) => (answer = resolve)), performance.now());
    const outcome = late.catch((error: unknown) => error);
    vi.advanceTimersByTime(200);
    answer('late');
    expect(await outcome).toBeInstanceOf(DeadlineError);
  });
});
