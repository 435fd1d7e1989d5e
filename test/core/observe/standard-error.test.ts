import { expect, it } from 'vitest';
import { standardError } from '../../../core/observe/standard-error.js';

it('knows nothing from one sample, and more from more of them', () => {
  expect(standardError([5])).toBe(Infinity);
  expect(standardError([4, 6, 4, 6])).toBeCloseTo(0.577, 3);
  expect(standardError([5, 5, 5])).toBe(0);
});
