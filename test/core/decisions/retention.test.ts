import { describe, expect, it } from 'vitest';
import { planRetention, tooNewMs, type KeptThing } from '../../../core/decisions/retention.js';

const dayMs = 24 * 3_600_000;
const nowMs = 100 * dayMs;
const thing = (path: string, ageDays: number, sizeBytes = 100, isInUse = false): KeptThing => ({
  ...{ path, sizeBytes, storedAtMs: nowMs - ageDays * dayMs, isInUse },
});

describe('what may go', () => {
  it('is what is older than it is to be kept', () => {
    const plan = planRetention([thing('new', 29), thing('old', 30), thing('older', 40)], { keepMs: 30 * dayMs, maxBytes: null }, nowMs);
    expect(plan.removals.map(({ path, why }) => [path, why])).toEqual([
      ['older', 'age'],
      ['old', 'age'],
    ]);
  });

  it('is the oldest first, until what is left fits', () => {
    const plan = planRetention([thing('c', 1), thing('a', 3), thing('b', 2)], { keepMs: null, maxBytes: 200 }, nowMs);
    expect(plan.removals).toMatchObject([{ path: 'a', why: 'size' }]);
    expect(plan).toMatchObject({ totalBytes: 300, overBytes: 0 });
  });

  it('is never in use, and never so new that its activity may not have answered yet; then the limit is said to be exceeded', () => {
    const fresh = { ...thing('fresh', 0), storedAtMs: nowMs - tooNewMs + 1 };
    const plan = planRetention([thing('open', 90, 500, true), fresh, thing('free', 1)], { keepMs: 30 * dayMs, maxBytes: 200 }, nowMs);
    expect(plan.removals.map(({ path }) => path)).toEqual(['free']);
    expect(plan).toMatchObject({ inUse: { count: 1, sizeBytes: 500 }, overBytes: 400 });
  });

  it('is nothing without limits', () => {
    expect(planRetention([thing('ancient', 99)], { keepMs: null, maxBytes: null }, nowMs).removals).toEqual([]);
  });
});
