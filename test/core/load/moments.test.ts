import { describe, expect, it } from 'vitest';
import { droppedBetween, momentsOf, mostMoments, mostUsersBetween } from '../../../core/load/moments.js';
import { offeredRates } from '../../../core/load/offered-rate.js';

const looks = (count: number, dropsEach = 0): Parameters<typeof momentsOf>[0] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ elapsedMs: (index + 1) * 1000, completed: (index + 1) * 50, dropped: (index + 1) * dropsEach },
    vus: 20 + index,
  }));

describe('the looks at a running load', () => {
  it('count from the beginning of the judged part', () => {
    expect(momentsOf(looks(3, 2), 1000)).toEqual([
      { atMs: -1000, completed: 0, dropped: 0, vus: 20 },
      { atMs: 0, completed: 50, dropped: 2, vus: 20 },
      { atMs: 1000, completed: 100, dropped: 4, vus: 21 },
      { atMs: 2000, completed: 150, dropped: 6, vus: 22 },
    ]);
    expect(momentsOf([], 1000)).toEqual([]);
  });

  it.each([39, 40, 41, 79, 300, 3601])('are few of %i, and nothing that was counted is lost', (count) => {
    const moments = momentsOf(looks(count, 3), 0);
    expect(moments.length).toBeLessThanOrEqual(mostMoments);
    expect(moments.length).toBeGreaterThan(mostMoments / 2 - 1);
    expect(moments.at(-1)).toMatchObject({ atMs: count * 1000, dropped: count * 3 });
    expect(droppedBetween(moments, 0, count * 1000)).toBe(count * 3);
  });

  it('tell what was dropped between two times, and the most users', () => {
    const moments = momentsOf(looks(10, 4), 2000);
    expect(droppedBetween(moments, 0, 2500)).toBeCloseTo(10);
    expect(droppedBetween(moments, 7000, 9000)).toBe(4);
    expect(droppedBetween(moments, -5000, 1000)).toBeNull();
    expect(droppedBetween([], 0, 1000)).toBeNull();
    expect(mostUsersBetween(moments, 0, 3000)).toBe(23);
    expect(mostUsersBetween(moments, 8500, 8800)).toBe(29);
    expect(mostUsersBetween([], 0, 1000)).toBeNull();
  });
});

describe('the offered rate', () => {
  it('is level, a line of steps and ramps, or nothing in the closed model', () => {
    const stage = { model: 'open' as const, isJudged: true, durationMs: 10_000 };
    const stages = [
      { ...stage, name: 'base', from: 10, to: 10, startMs: 0 },
      { ...stage, name: 'ramp', from: 10, to: 50, startMs: 10_000 },
      { ...stage, name: 'spike', from: 30, to: 30, startMs: 10_000, durationMs: 5000 },
      { ...stage, name: 'users', model: 'closed' as const, from: 9, to: 9, startMs: 0 },
    ];
    const points = (offered: ReturnType<typeof offeredRates>): number[][] | undefined =>
      offered?.map(({ atMs, perSecond }) => [atMs, perSecond]);
    expect(points(offeredRates({ rate: 60, durationMs: 20_000 }))).toEqual([
      [0, 60],
      [20_000, 60],
    ]);
    expect(points(offeredRates({ rate: 30, stages, durationMs: 20_000 }))).toEqual([
      [0, 10],
      [10_000, 10],
      [10_000, 40],
      [15_000, 60],
      [15_000, 30],
      [20_000, 50],
    ]);
    expect(offeredRates({ rate: null, durationMs: 20_000 })).toBeNull();
  });
});
