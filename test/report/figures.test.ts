/** Every figure of every recorded report: written in one way, and a number of the documents that the report is made of. */
import { expect, it } from 'vitest';
import { recordedNames } from '../../lab/cases/record-evidence.js';
import { renderMarkdown } from '../../report/markdown.js';
import { figuresOf, isWellWritten, tellable, writtenToday } from '../support/figures-of-report.js';
import { recordedReport } from '../support/recorded-report.js';

const counted = 'rows|requests|calls|samples|iterations|sessions|statements|times|loops|connections|cores|threads|looks|users|kB|kept';

it.each(recordedNames())('tells the figures of %s in one way, and only such as its documents hold', async (name) => {
  const input = await recordedReport(name);
  const text = writtenToday(renderMarkdown(input), input);
  const figures = figuresOf(text);
  expect(figures.length).toBeGreaterThan(3);
  expect.soft(figures.filter((figure) => !isWellWritten(figure))).toEqual([]);
  expect.soft(text.match(new RegExp(`.{0,30}(?<![\\w.:-])\\d{4,} (${counted})\\b`, 'g')), 'numbers are in groups of three').toBeNull();
  expect
    .soft(
      text.match(new RegExp(`.{0,30}(?<![\\w.:-] ?)(1 (${counted.replace('kB|kept', 'looks')})|\\d+\\.0 (${counted}))\\b(?!/s)`, 'g')),
      'one is no plural',
    )
    .toBeNull();
  const known = tellable(input);
  expect.soft(figures.filter(({ text: figure }) => !known.has(figure)).map(({ text: figure, near }) => `${figure} | ${near}`)).toEqual([]);
});
