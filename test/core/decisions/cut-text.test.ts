import { expect, it } from 'vitest';
import { cutText } from '../../../core/decisions/cut-text.js';

it.each([
  ['short enough', 'p95 is 618 ms', 13, 'p95 is 618 ms'],
  ['behind a word', 'p95 is 618 ms; the rest says nothing', 20, 'p95 is 618 ms; the…'],
  ['without the mark behind it', 'p95 is 618 ms, above the budget', 15, 'p95 is 618 ms…'],
  ['in a word that fills it', 'x'.repeat(50), 10, `${'x'.repeat(9)}…`],
  ['never within a character', `${'x'.repeat(8)}😀😀`, 10, `${'x'.repeat(8)}…`],
])('ends %s', (_, text, most, expected) => {
  expect(cutText(text, most)).toBe(expected);
  expect(cutText(text, most).length).toBeLessThanOrEqual(most);
});
