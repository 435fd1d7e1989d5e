import { describe, expect, it } from 'vitest';
import { changePoint, type Sample } from '../../../../core/command/rca/change-point.js';

const stepMs = 15_000;
const series = (values: readonly number[]): Sample[] => values.map((value, index) => ({ atMs: index * stepMs, value }));

/** Reproducible noise: a linear congruential generator (Numerical Recipes), summed to about a normal distribution. */
function noise(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => (state = (Math.imul(1_664_525, state) + 1_013_904_223) >>> 0) / 2 ** 32;
  return () => Array.from({ length: 12 }, uniform).reduce((a, b) => a + b, -6);
}

const level = (random: () => number, length: number, mean: number): number[] => Array.from({ length }, () => mean + random());

describe('when a series changed', () => {
  it('is the first sample of the new level, within its uncertainty', () => {
    const found = changePoint(series([...level(noise(1), 40, 100), ...level(noise(2), 20, 120)]));
    expect(found).toMatchObject({ direction: 'up' });
    expect(Math.abs((found?.atMs ?? 0) - 40 * stepMs)).toBeLessThanOrEqual(found?.uncertaintyMs ?? 0);
    expect(found?.uncertaintyMs).toBeLessThanOrEqual(3 * stepMs);
  });

  it('finds a drop as well as a rise', () => {
    expect(changePoint(series([...level(noise(3), 30, 100), ...level(noise(4), 30, 10)]))).toMatchObject({ direction: 'down' });
  });

  it('holds of a level that never moved before: no spread is no division by zero', () => {
    expect(changePoint(series([...Array<number>(20).fill(0), ...Array<number>(5).fill(0.15)]))).toMatchObject({
      atMs: 20 * stepMs,
      score: Infinity,
    });
    expect(changePoint(series(Array<number>(60).fill(3)))).toBeNull();
  });

  it('is not told from too little, and samples that are no numbers are left out', () => {
    expect(changePoint(series([1, 1, 1, 9, 9]))).toBeNull();
    expect(changePoint([])).toBeNull();
    const holes = [...level(noise(5), 20, 1), NaN, NaN, ...level(noise(6), 10, 40)];
    expect(changePoint(series(holes))?.atMs).toBe(22 * stepMs);
  });

  it('is not moved by one wild sample', () => {
    const values = [...level(noise(7), 40, 100), ...level(noise(8), 20, 130)];
    values[10] = 1e9;
    const found = changePoint(series(values));
    expect(Math.abs((found?.atMs ?? 0) - 40 * stepMs)).toBeLessThanOrEqual(found?.uncertaintyMs ?? 0);
  });

  it('lies in its interval in at least 90 of 100 series, and quiet ones rarely change', () => {
    const random = noise(9);
    let [inside, alarms] = [0, 0];
    for (let run = 0; run < 200; run++) {
      const at = 15 + (run % 40);
      const found = changePoint(series([...level(random, at, 0), ...level(random, 70 - at, 4)]));
      if (found !== null && Math.abs(found.atMs - at * stepMs) <= found.uncertaintyMs) inside += 1;
      if (changePoint(series(level(random, 70, 0))) !== null) alarms += 1;
    }
    expect(inside).toBeGreaterThanOrEqual(180);
    expect(alarms).toBeLessThanOrEqual(10);
  });
});
