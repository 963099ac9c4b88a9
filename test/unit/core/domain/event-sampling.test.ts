import { describe, expect, it } from 'vitest';
import { keyHash, THRESHOLD_STEPS } from '../../../../src/core/domain/access-event.js';
import { adaptSampling, INITIAL_SAMPLING, type StreamMark } from '../../../../src/core/domain/event-sampling.js';
import { HOUR_MS, MINUTE_MS } from '../../../../src/core/domain/units.js';

const now = 100 * HOUR_MS;
const mark = (ageMs: number, steps: number): StreamMark => ({ timestampMs: now - ageMs, steps });
const FULL = THRESHOLD_STEPS;

describe('adapting the threshold', () => {
  it('lowers in proportion, aiming at two hours, when a full stream spans less than one', () => {
    const sight = { length: 512, eventsMax: 512, oldest: mark(30 * MINUTE_MS, FULL), recent: [] };
    expect(adaptSampling(INITIAL_SAMPLING, sight, now).steps).toBe(FULL / 4);
  });

  it('does not lower again before the change has shown', () => {
    const sight = { length: 512, eventsMax: 512, oldest: mark(30 * MINUTE_MS, FULL), recent: [] };
    expect(adaptSampling({ steps: FULL / 4, raisedAtMs: 0 }, sight, now).steps).toBe(FULL / 4);
  });

  it('leaves a stream alone that spans between one and four hours, or is not full', () => {
    const fine = { length: 512, eventsMax: 512, oldest: mark(2 * HOUR_MS, 1000), recent: [] };
    expect(adaptSampling({ steps: 1000, raisedAtMs: 0 }, fine, now).steps).toBe(1000);
    const young = { length: 511, eventsMax: 512, oldest: mark(MINUTE_MS, FULL), recent: [] };
    expect(adaptSampling(INITIAL_SAMPLING, young, now).steps).toBe(FULL);
  });

  it('raises by a quarter, once in five minutes, when the stream spans over four hours', () => {
    const sight = { length: 512, eventsMax: 512, oldest: mark(5 * HOUR_MS, 1000), recent: [mark(HOUR_MS, 1000)] };
    const raised = adaptSampling({ steps: 1000, raisedAtMs: 0 }, sight, now);
    expect(raised).toEqual({ steps: 1250, raisedAtMs: now });
    expect(adaptSampling(raised, sight, now + 4 * MINUTE_MS).steps).toBe(1250);
  });

  it('adopts the lowest recently written threshold, but not one from before its own raise', () => {
    const sight = { length: 10, eventsMax: 512, oldest: null, recent: [mark(1000, 500), mark(2000, 700)] };
    expect(adaptSampling({ steps: 1000, raisedAtMs: now - 4 * MINUTE_MS }, sight, now).steps).toBe(500);
    expect(adaptSampling({ steps: 1000, raisedAtMs: now - 1500 }, sight, now).steps).toBe(1000);
  });
});

/** Two processes record the same company into one stream, flushing every 5 s; a made-up day of made-up accesses. */
function simulate(rateOf: (hour: number) => number, hours: number) {
  const stream: (StreamMark & { key: string })[] = [];
  const processes = [INITIAL_SAMPLING, INITIAL_SAMPLING];
  const spans: number[] = [];
  let seed = 7;
  const random = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed / 2 ** 32;
  };
  for (let t = 0; t < hours * HOUR_MS; t += 5000) {
    processes.forEach((sampling, p) => {
      const accesses = Math.floor((rateOf(t / HOUR_MS) * 5) / 2 + random());
      for (let i = 0; i < accesses; i += 1) {
        const key = `key:${Math.floor(random() * 5000)}`;
        if (keyHash(key) >>> 8 < sampling.steps) stream.push({ timestampMs: t, steps: sampling.steps, key });
      }
      stream.splice(0, Math.max(0, stream.length - 512));
      const recent = stream.slice(-16).reverse();
      const sight = { length: stream.length, eventsMax: 512, oldest: stream[0] ?? null, recent };
      processes[p] = adaptSampling(sampling, sight, t);
    });
    spans.push(t - (stream[0]?.timestampMs ?? t));
  }
  return { stream, processes, spans };
}

describe('over a day', () => {
  it('settles where a full stream spans at least an hour, for all processes alike', () => {
    const { processes, spans } = simulate(() => 40, 12);
    const settled = spans.slice(spans.length / 2);
    expect(Math.min(...settled)).toBeGreaterThanOrEqual(HOUR_MS);
    expect(Math.max(...settled)).toBeLessThan(8 * HOUR_MS);
    expect(processes[0]?.steps).toBe(processes[1]?.steps);
  });

  it('raises again when traffic falls', () => {
    const busy = simulate(() => 40, 4).processes[0]?.steps ?? 0;
    const { processes } = simulate((hour) => (hour < 4 ? 40 : 0.4), 24);
    expect(processes[0]?.steps).toBeGreaterThan(busy * 10);
  });
});
