/** Every figure of every recorded report: written in one way, and a number of the documents that the report is made of. */
import { expect, it } from 'vitest';
import { recordedNames } from '../../lab/cases/record-evidence.js';
import { renderMarkdown } from '../../report/markdown.js';
import { citedBy, figuresOf, isWellWritten, tellable, writtenToday } from '../support/figures-of-report.js';
import { recordedReport, recordedStandingMs } from '../support/recorded-report.js';

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
  const known = tellable(input, { standingMs: await recordedStandingMs(name) });
  expect.soft(figures.filter(({ text: figure }) => !known.has(figure)).map(({ text: figure, near }) => `${figure} | ${near}`)).toEqual([]);
});

it('finds a figure that only another document holds', async () => {
  const input = await recordedReport('cpu-starved');
  const [cause] = input.incident.causes;
  const foreign = (cited: string[]): string[] =>
    figuresOf(cause?.summary ?? '')
      .map(({ text }) => text)
      .filter((figure) => !tellable(citedBy(input, cited), { share: cause?.share }).has(figure));
  expect(foreign(cause?.evidence ?? [])).toEqual([]);
  expect(foreign(input.incident.evidence.filter(({ kind }) => kind === 'profile').map(({ id }) => id))).not.toEqual([]);
});

// A right number of another claim is a wrong one here: the document as a whole holds many.
it.each(recordedNames())('tells in each claim of %s only figures of what that claim cites', async (name) => {
  const input = await recordedReport(name);
  const { causes, ruledOut, evidence, accounting } = input.incident;
  const meanMs = accounting.reduce((sum, line) => sum + line.perRequestMs, 0);
  const standingMs = await recordedStandingMs(name);
  const claims = [
    ...causes.map(({ id, summary, share, remedy, evidence: cited }) => ({
      id,
      text: `${summary} ${remedy.expected}`,
      cited,
      own: { share, heldMs: share * meanMs, forecast: remedy.forecast },
    })),
    ...ruledOut.map(({ id, reason, evidence: cited }) => ({ id: `not ${id}`, text: reason, cited, own: {} })),
    ...evidence.map(({ id, kind, summary }) => ({ id: `${kind} ${id}`, text: summary, cited: [id], own: { standingMs } })),
  ];
  const foreign = claims.flatMap(({ id, text, cited, own }) => {
    const known = tellable(citedBy(input, cited), own);
    return figuresOf(writtenToday(text, input))
      .filter((figure) => !known.has(figure.text))
      .map((figure) => `${id}: ${figure.text} | ${figure.near}`);
  });
  expect(foreign).toEqual([]);
});
