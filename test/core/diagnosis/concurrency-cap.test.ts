import { expect, it } from 'vitest';
import { isCappedAt } from '../../../core/diagnosis/account/concurrency-cap.js';

it.each([
  ['a mean near the limit that it never passes', { mean: 2.7, max: 3.4, samples: 70 }, true],
  ['the limit passed', { mean: 2.7, max: 6, samples: 70 }, false],
  ['so little at the peers that passing it would be rare', { mean: 0.3, max: 2, samples: 150 }, false],
  ['too few looks', { mean: 2.7, max: 3, samples: 10 }, false],
])('%s', (_, observed, expected) => {
  expect(isCappedAt(3, observed)).toBe(expected);
});
