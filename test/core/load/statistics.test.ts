import { describe, expect, it } from 'vitest';
import {
  binomialTail,
  hodgesLehmannShift,
  mannWhitneyInterval,
  pairedShift,
  probabilityOfSuperiority,
  quantile,
  signedRankInterval,
  twoRatiosP,
} from '../../../core/load/statistics.js';

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('rank statistics', () => {
  it('interpolates percentiles as k6 and numpy do', () => {
    expect(quantile([1, 2, 3, 4], 0.95)).toBeCloseTo(3.85, 12);
    expect(quantile([7], 0.99)).toBe(7);
  });

  // Hollander & Wolfe, table 4.1 (permeability constants of the chorioamnion), as printed by R's wilcox.test(…, conf.int = TRUE).
  it('reproduces a published two-sample shift and its interval', () => {
    const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    const early = [1.15, 0.88, 0.9, 0.74, 1.21];
    expect(hodgesLehmannShift(early, term)).toBeCloseTo(0.305, 10);
    const interval = mannWhitneyInterval(early, term);
    expect(interval?.low).toBeCloseTo(-0.15, 10);
    expect(interval?.high).toBeCloseTo(0.76, 10);
  });

  // Hollander & Wolfe, table 3.1 (Hamilton depression scale factor IV): R prints 0.46, 95 % interval 0.01 to 0.786 for the differences.
  it('reproduces a published paired shift and its interval', () => {
    const first = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
    const second = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
    const differences = first.map((value, index) => value - (second[index] ?? 0));
    expect(pairedShift(differences)).toBeCloseTo(0.46, 10);
    const interval = signedRankInterval(differences);
    expect(interval?.low).toBeCloseTo(0.01, 10);
    expect(interval?.high).toBeCloseTo(0.786, 10);
  });

  it.each([
    [3, null],
    [4, 1 - 0.0286],
    [5, 1 - 0.0317],
  ])('%i against %i runs: the smallest attainable two-sided p decides whether there is an interval', (size, coverage) => {
    const interval = mannWhitneyInterval(range(1, size), range(1, size));
    if (coverage === null) expect(interval).toBeNull();
    else expect(interval?.coverage).toBeCloseTo(coverage, 3);
  });

  it('reaches 99 % only from five against five, whose smallest p is .0079', () => {
    expect(mannWhitneyInterval(range(1, 4), range(1, 4), 0.99)).toBeNull();
    expect(mannWhitneyInterval(range(1, 5), range(1, 5), 0.99)?.coverage).toBeCloseTo(1 - 0.0079, 4);
  });

  it.each([
    [5, null],
    [6, 1 - 0.03125],
    [8, 1 - 0.0390625],
  ])('%i pairs: the signed-rank test has an interval from six on', (size, coverage) => {
    const interval = signedRankInterval(range(1, size));
    if (coverage === null) expect(interval).toBeNull();
    else expect(interval?.coverage).toBeCloseTo(coverage, 6);
  });

  it('goes over to the normal approximation without a jump', () => {
    const exact = mannWhitneyInterval(range(1, 24), range(1, 24));
    const normal = mannWhitneyInterval(range(1, 25), range(1, 25));
    expect(normal?.high).toBeCloseTo(exact?.high ?? 0, 0);
    expect(normal?.low).toBe(-(normal?.high ?? 0));
  });

  it('counts how often one sample is above the other', () => {
    expect(probabilityOfSuperiority([1, 2], [3, 4])).toBe(1);
    expect(probabilityOfSuperiority([1, 2], [1, 2])).toBe(0.5);
  });

  it('sums the upper tail of a binomial', () => {
    expect(binomialTail(10, 5, 0.5)).toBeCloseTo(638 / 1024, 12);
    expect(binomialTail(20, 20, 0.05)).toBeCloseTo(0.05 ** 20, 30);
    expect(binomialTail(100_000, 5_000, 0.05)).toBeCloseTo(0.502, 2);
    expect([binomialTail(5, 0, 0.1), binomialTail(5, 6, 0.1), binomialTail(5, 1, 0)]).toEqual([1, 0, 0]);
    // Whatever number a file tells as its count.
    expect(binomialTail(2 ** 53, 2 ** 52, 0.5)).toBeCloseTo(0.5, 6);
    expect([binomialTail(2 ** 53, 2 ** 50, 0.5), binomialTail(2 ** 53, 2 ** 52.5, 0.5)]).toEqual([1, 0]);
    // The sum and the approximation meet at 1.96 standard deviations.
    expect(binomialTail(1_000_001, 500_980, 0.5)).toBeCloseTo(binomialTail(1_000_000, 500_980, 0.5), 3);
  });

  it('compares two ratios', () => {
    // z = 1.96 by construction: 0.5 against 0.5 ± 1.96 standard errors.
    expect(twoRatiosP({ hits: 60, total: 100 }, { hits: 46, total: 100 })).toBeCloseTo(0.0474, 3);
    expect(twoRatiosP({ hits: 0, total: 100 }, { hits: 0, total: 100 })).toBe(1);
  });
});
