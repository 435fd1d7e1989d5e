import { expect, it } from 'vitest';
import { parsePerfHeader } from '../../../../core/profile/formats/perf/perf-lines.js';

it('reads commands with blanks and numbers in them', () => {
  expect(parsePerfHeader('my  worker 2 12345/12346 [003] 100.25:  1010101 cpu-clock:pppH: ')).toMatchObject({
    comm: 'my  worker 2',
    event: 'cpu-clock:pppH',
    seconds: 100.25,
    period: 1010101,
  });
});

it('looks once at each blank of a line that is no header', () => {
  for (let line = 0; line < 1000; line++) expect(parsePerfHeader(`a${' '.repeat(990)}b`)).toBeNull();
});
