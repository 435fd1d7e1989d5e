import { expect, it } from 'vitest';
import { createSeenTexts, seenTextsOf, textsOf } from '../../adapters/databases/postgres/seen-texts.js';
import type { StatementDelta } from '../../core/model/database.js';

const text = 'SELECT a FROM t WHERE b = $1';
const statement: StatementDelta = {
  ...{ queryId: '7', text, calls: 1, totalExecMs: 1, meanExecMs: 1, timeShare: 1, rows: 1, rowsPerCall: 1 },
  ...{ sharedHitBlocks: 0, sharedReadBlocks: 0, tempBlocks: 0, walBytes: 0, restarted: false },
};
const ran = (value: string): string => `SELECT a FROM t WHERE b = '${value}'`;

it('gives the texts that were seen most often first, and forgets them after ten minutes', () => {
  const clock = { now: 0 };
  const seen = createSeenTexts(() => clock.now);
  seen.add([{ queryId: '7', text: ran('x') }]);
  clock.now = 500_000;
  for (let look = 0; look < 2; look++) seen.add([{ queryId: '7', text: ran('y') }]);
  expect(seen.all().map((each) => each.text)).toEqual([ran('y'), ran('x')]);
  clock.now = 700_000;
  expect(seen.all().map((each) => each.text)).toEqual([ran('y')]);
});

it('keeps five hundred texts, the last ones', () => {
  const seen = createSeenTexts(() => 0);
  seen.add(Array.from({ length: 600 }, (_none, index) => ({ queryId: '7', text: ran(String(index)) })));
  expect(seen.all()).toHaveLength(500);
  expect(seen.all().map((each) => each.text)).not.toContain(ran('99'));
});

it('keeps the texts of one database apart from those of another, whoever looks', () => {
  seenTextsOf('postgres://ann:one@db.test:5432/shop').add([{ queryId: '7', text: ran('x') }]);
  expect(seenTextsOf('postgres://bob:two@db.test:5432/shop').all()).toHaveLength(1);
  expect(seenTextsOf('postgres://ann:one@db.test:5432/stock').all()).toEqual([]);
});

it('takes whole texts with literals of the same statement, three at most, and one of which the service sends a part', () => {
  const of = (...texts: string[]): string[] =>
    textsOf(
      statement,
      texts.map((each) => ({ queryId: '7', text: each })),
    );
  expect(of(ran('a'), ran('b'), ran('a'), ran('c'), ran('d'))).toEqual([ran('a'), ran('b'), ran('c')]);
  expect(of(text, ran('x'.repeat(990)))).toEqual([]);
  const partly = "SELECT a FROM t WHERE b = '%' || $1";
  expect(of(partly, ran('a'), `${partly} || '_'`)).toEqual([ran('a'), partly]);
  expect(textsOf(statement, [{ queryId: '8', text: ran('a') }])).toEqual([]);
  // A server that computes no ids: the text without its values tells.
  expect(textsOf(statement, [{ queryId: null, text: ran('a') }])).toEqual([ran('a')]);
});
