import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasEndedEarly, planCaptureWindow } from '../../../core/decisions/load/capture-window.js';

describe('planCaptureWindow', () => {
  it('waits for the warm-up and ends before the load does', () => {
    expect(planCaptureWindow({ measuredInMs: 5_000, durationMs: 60_000, elapsedMs: 100 })).toEqual({ delayMs: 5_400, durationMs: 58_000 });
  });

  it('captures what is left when the message came late', () => {
    expect(planCaptureWindow({ measuredInMs: 0, durationMs: 30_000, elapsedMs: 2_000 })).toEqual({ delayMs: 0, durationMs: 26_500 });
  });

  it('takes a clock that is off for skew, not for time that passed', () => {
    const behind = planCaptureWindow({ measuredInMs: 10_000, durationMs: 30_000, elapsedMs: -60_000 });
    const ahead = planCaptureWindow({ measuredInMs: 10_000, durationMs: 30_000, elapsedMs: 3_600_000 });
    expect(behind.delayMs).toBe(10_500);
    expect(ahead.delayMs).toBe(5_500);
  });

  it('never reaches beyond the judged part of the load', () => {
    const load = fc.record({
      measuredInMs: fc.integer({ min: 0, max: 100_000 }),
      durationMs: fc.integer({ min: 10_000, max: 600_000 }),
      elapsedMs: fc.integer({ min: 0, max: 5_000 }),
    });
    fc.assert(
      fc.property(load, (given) => {
        const { delayMs, durationMs } = planCaptureWindow(given);
        expect(durationMs).toBeGreaterThanOrEqual(1_000);
        expect(given.elapsedMs + delayMs).toBeGreaterThanOrEqual(given.measuredInMs);
        expect(given.elapsedMs + delayMs + durationMs).toBeLessThanOrEqual(given.measuredInMs + given.durationMs);
      }),
    );
  });
});

describe('hasEndedEarly', () => {
  it.each([
    ['2026-11-24T10:00:48.000Z', false],
    ['2026-11-24T10:00:47.999Z', true],
  ])('a minute that ended at %s: %s', (endedAt, isEarly) => {
    expect(hasEndedEarly({ durationMs: 60_000, measuredFrom: '2026-11-24T10:00:00.000Z', endedAt })).toBe(isEarly);
  });
});
