import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareLatency } from '../../../core/load/compare/compare-latency.js';
import { interleavedPairs } from '../../../core/load/compare/interleaved-pairs.js';
import type { Comparison, MeasuredLoad } from '../../../core/model/comparison.js';
import { loadResult, windows } from './load-result.js';

const margin = 0.05;

/** A run at a minute, with the p95 of the whole and of its sub-windows. */
function run(minute: number, p95: number, windowP95s: number[] = []): MeasuredLoad {
  const load = loadResult({ latencyMs: { p50: p95, p95, p99: p95, mean: p95, max: p95 }, subWindows: windows(windowP95s) });
  return { load, startedAt: new Date(60_000 * minute).toISOString() };
}

/** Mulberry32, for runs that are the same in every run of this test. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function coverage(trials: number, trueRatio: number, draw: (random: () => number) => Comparison): number {
  const random = randomNumbers(20_261_125);
  let hits = 0;
  for (let trial = 0; trial < trials; trial++) {
    const { ci } = draw(random);
    if (ci !== null && ci[0] <= trueRatio && trueRatio <= ci[1]) hits++;
  }
  return hits / trials;
}

const minutes = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('the interval of a comparison', () => {
  // 0.94: three standard errors of 4 000 trials below the nominal 0.95.
  it('holds the true ratio at least as often as it says, between groups of runs', () => {
    const held = coverage(4_000, 0.8, (random) => {
      const before = minutes(5).map((minute) => run(minute, 100 * Math.exp(0.1 * normal(random))));
      const after = minutes(4).map((minute) => run(60 + minute, 80 * Math.exp(0.1 * normal(random))));
      return compareLatency(before, after, margin);
    });
    expect(held).toBeGreaterThan(0.94);
    expect(held).toBeLessThan(0.99);
  });

  it('holds it between pairs of runs although the machine drifts by far more than the difference', () => {
    let narrow = 0;
    const held = coverage(4_000, 0.8, (random) => {
      const both = minutes(6).map((pair) => {
        const drift = Math.exp(normal(random));
        return [
          run(2 * pair, 100 * drift * Math.exp(0.05 * normal(random))),
          run(2 * pair + 1, 80 * drift * Math.exp(0.05 * normal(random))),
        ];
      });
      const comparison = compareLatency(
        both.flatMap(([early]) => early ?? []),
        both.flatMap(([, late]) => late ?? []),
        margin,
      );
      expect(comparison.method).toBe('paired-runs');
      if (comparison.verdict === 'improved') narrow++;
      return comparison;
    });
    expect(held).toBeGreaterThan(0.94);
    expect(held).toBeLessThan(0.99);
    // A group comparison could not see a fifth under a drift of e; pairs nearly always do.
    expect(narrow / 4_000).toBeGreaterThan(0.9);
  });
});

describe('the method of a comparison', () => {
  const spread = [97, 98, 99, 101, 102, 103];

  it.each([
    ['paired-runs', 'between-runs', minutes(6).map((m) => run(2 * m, 100 + m)), minutes(6).map((m) => run(2 * m + 1, 90 + m))],
    ['separate-runs', 'between-runs', minutes(5).map((m) => run(2 * m, 100 + m)), minutes(5).map((m) => run(2 * m + 1, 90 + m))],
    ['separate-runs', 'between-runs', minutes(6).map((m) => run(m, 100 + m)), minutes(6).map((m) => run(60 + m, 90 + m))],
    ['paired-windows', 'within-run', minutes(3).map((m) => run(m, 100, spread)), minutes(9).map((m) => run(60 + m, 90, spread))],
    ['separate-windows', 'within-run', [run(0, 100, spread.slice(0, 5))], [run(60, 90, spread)]],
    ['ratio-only', 'within-run', [run(0, 100, spread.slice(0, 3))], [run(60, 90, spread)]],
  ] as const)('is %s (%s) where the minimum of the better ones is not there', (method, ciKind, before, after) => {
    expect(compareLatency([...before], [...after], margin)).toMatchObject({ method, ciKind });
  });

  it('does not call several re-runs against one confirmation pairs: they share its luck', () => {
    const after = minutes(8).map((m) => run(60 + m, 90 + m, spread));
    expect(compareLatency([run(0, 100, spread)], after, margin)).toMatchObject({
      method: 'paired-windows',
      runs: { before: 1, after: 8, pairs: 1 },
    });
  });

  it('needs more to call two single runs different than to call two groups different', () => {
    const [one, other] = [
      run(0, 100, spread),
      run(
        60,
        108,
        spread.map((value) => 1.08 * value),
      ),
    ];
    expect(compareLatency([one], [other], margin).verdict).not.toBe('regressed');
    const groups = compareLatency(
      minutes(6).map((m) => run(m, 100 + m / 10)),
      minutes(6).map((m) => run(60 + m, 108 + m / 10)),
      margin,
    );
    expect(groups.verdict).toBe('regressed');
  });

  it('takes out what happens at the same moment of every run', () => {
    const warming = [400, 200, 130, 110, 104, 100];
    const fixed = warming.map((value) => 0.5 * value);
    expect(compareLatency([run(0, 300, warming)], [run(60, 150, fixed)], margin)).toMatchObject({
      method: 'paired-windows',
      verdict: 'improved',
    });
  });
});

describe('pairs of runs', () => {
  const pairsOf = (order: string): number => {
    const at = (side: string) => order.split('').flatMap((letter, minute) => (letter === side ? [run(minute, 100)] : []));
    return interleavedPairs(at('A'), at('B')).length;
  };

  it.each([
    ['ABBAAB', 3],
    ['AAABBB', 1],
    ['ABABAB', 3],
    ['ABB', 1],
    ['A', 0],
  ])('%s: %i', (order, count) => expect(pairsOf(order)).toBe(count));
});

describe('swapping the sides', () => {
  const mirrored = { improved: 'regressed', regressed: 'improved', equivalent: 'equivalent', inconclusive: 'inconclusive' } as const;
  const latency = fc.double({ min: 1, max: 5_000, noNaN: true });
  const side = fc.array(fc.record({ p95: latency, windows: fc.array(latency, { maxLength: 9 }) }), { minLength: 1, maxLength: 8 });

  it('turns the ratio and its interval into their reciprocals and the verdict round', () => {
    fc.assert(
      fc.property(side, side, fc.boolean(), (first, second, inTurns) => {
        const at = (offset: number) => (value: { p95: number; windows: number[] }, index: number) =>
          run(inTurns ? 2 * index + offset : 60 * offset + index, value.p95, value.windows);
        const [x, y] = [first.map(at(0)), second.map(at(1))];
        const [forth, back] = [compareLatency(x, y, margin), compareLatency(y, x, margin)];
        expect(back.method).toBe(forth.method);
        expect(Math.log(back.ratio ?? 0)).toBeCloseTo(-Math.log(forth.ratio ?? 0), 9);
        expect(back.ci === null).toBe(forth.ci === null);
        if (forth.ci === null || back.ci === null) return;
        expect(Math.log(back.ci[0])).toBeCloseTo(-Math.log(forth.ci[1]), 9);
        expect(Math.log(back.ci[1])).toBeCloseTo(-Math.log(forth.ci[0]), 9);
        expect(forth.ci[0]).toBeLessThanOrEqual(forth.ratio ?? 0);
        expect(forth.ci[1]).toBeGreaterThanOrEqual(forth.ratio ?? 0);
        expect(back.verdict).toBe(mirrored[forth.verdict]);
      }),
      { seed: 7, numRuns: 400 },
    );
  });
});
