import { expect, it } from 'vitest';
import { meanInFlight, perRequestMs, standardError } from '../../../core/observe/little.js';

it('turns a mean number of requests into milliseconds of each, and back', () => {
  expect(perRequestMs(7.3, 51.6)).toBeCloseTo(141.5, 1);
  expect(meanInFlight(51.6, perRequestMs(7.3, 51.6))).toBeCloseTo(7.3);
  expect(perRequestMs(3, 0)).toBe(0);
});

it('knows nothing from one sample, and more from more of them', () => {
  expect(standardError([5])).toBe(Infinity);
  expect(standardError([4, 6, 4, 6])).toBeCloseTo(0.577, 3);
  expect(standardError([5, 5, 5])).toBe(0);
});
