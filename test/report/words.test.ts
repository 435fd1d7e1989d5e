import { expect, it } from 'vitest';
import { bytes, confidenceWord, count, dateTime, duration, milliseconds, percent, shareWithInterval, times } from '../../report/words.js';

it.each([
  ['a missing time', milliseconds(null), 'unknown'],
  ['a time that rounds to nothing', milliseconds(0.001), '< 0.01 ms'],
  ['a time at the edge of a digit', milliseconds(9.999), '10.0 ms'],
  ['a long time', milliseconds(12_345), '12.3 s'],
  ['a window', duration(30_000), '30 s'],
  ['a long window', duration(300_000), '5 min'],
  ['no share', percent(0), '0 %'],
  ['a share that is not nothing', percent(0.00001), '< 0.01 %'],
  ['a share that is not all', percent(0.9999), '99.9 %'],
  ['a small share', percent(0.012), '1.2 %'],
  ['a share with its interval', shareWithInterval(0.61, [0.58, 0.64]), '61 % (58–64)'],
  ['a share of an unknown number of samples', shareWithInterval(0.61, [0, 1]), '61 % (interval unknown)'],
  ['a small ratio', times(0.0023), '0.0023×'],
  ['a large ratio', times(3.24), '3.2×'],
  ['a number', count(1_234_567), '1 234 567'],
  ['a size', bytes(48_120), '48.1 kB'],
  // 0.80 is told of both, so both are called alike.
  ['a confidence that is printed as 0.80', confidenceWord(0.7951), 'high'],
  ['a confidence that is printed as 0.79', confidenceWord(0.7949), 'moderate'],
  ['a moment', dateTime('2026-11-24T02:58:11.402Z'), '2026-11-24 02:58:11 UTC'],
  ['a moment that nobody can read', dateTime('soon'), 'soon'],
])('writes %s', (_, written, expected) => expect(written).toBe(expected));
