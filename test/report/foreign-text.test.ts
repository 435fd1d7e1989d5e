import { expect, it } from 'vitest';
import { toOneLine } from '../../report/foreign-text.js';

it('makes one blank of blanks with a line break or a tab among them, and leaves other blanks', () => {
  expect(toOneLine('a  b \n\t c\r\nd\te\u2028 f')).toBe('a  b c d e f');
});

it('reads a million blanks once', () => {
  expect(toOneLine(`a${' '.repeat(1_000_000)}b`)).toHaveLength(1_000_002);
});
