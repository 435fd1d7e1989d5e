import { describe, expect, it } from 'vitest';
import { joinSide, runsWanted } from '../../../core/decisions/load/load-sides.js';

describe('the sides of a comparison', () => {
  const sides = { before: ['confirmation'], after: ['re-run 1'] };

  it('start anew with a re-run that says nothing: something was changed', () => {
    expect(joinSide(sides, undefined, ['re-run 2'])).toEqual({ before: ['confirmation'], after: ['re-run 2'] });
  });

  it('grow by runs of a state that is named', () => {
    expect(joinSide(sides, 'before', ['a', 'b'])).toEqual({ before: ['confirmation', 'a', 'b'], after: ['re-run 1'] });
    expect(joinSide(sides, 'after', ['a'])).toEqual({ before: ['confirmation'], after: ['re-run 1', 'a'] });
  });

  it('keep the newest dozen', () => {
    const many = Array.from({ length: 20 }, (_, index) => `run ${index}`);
    expect(joinSide(sides, 'after', many).after).toEqual(many.slice(8));
  });
});

describe('the number of runs', () => {
  it.each([
    [undefined, 1],
    [4, 4],
    [0, 1],
    [-3, 1],
    [99, 12],
    [Number.NaN, 1],
  ])('wanted as %s is %i', (wanted, runs) => expect(runsWanted(wanted)).toBe(runs));
});
