import { describe, expect, it } from 'vitest';
import { asOwnStatement } from '../../../core/database/sql/own-statement.js';
import {
  statementDeltas,
  withTexts,
  worthReading,
  type StatementCounters,
  type StatementSnapshot,
} from '../../../core/database/statement-deltas.js';

function row(queryId: string, calls: number, totalExecMs: number, more: Partial<StatementCounters> = {}): StatementCounters {
  return {
    userId: '10',
    databaseId: '5',
    queryId,
    toplevel: true,
    calls,
    totalExecMs,
    totalPlanMs: 0,
    rows: calls,
    sharedHitBlocks: 0,
    sharedReadBlocks: 0,
    tempBlocks: 0,
    walBytes: 0,
    sinceMs: null,
    ...more,
  };
}

const snapshot = (counters: StatementCounters[], more: Partial<StatementSnapshot> = {}): StatementSnapshot => ({
  takenAtMs: 1000,
  resetAtMs: 0,
  evictions: 0,
  counters,
  ...more,
});

describe('what statements cost between two snapshots', () => {
  it('takes differences, shares the time and puts the most expensive first', () => {
    const { deltas, totalExecMs } = statementDeltas(
      snapshot([row('a', 10, 100), row('b', 1, 1)]),
      snapshot([row('a', 12, 400), row('b', 3, 101)]),
    );
    expect(totalExecMs).toBe(400);
    expect(deltas).toMatchObject([
      { queryId: 'a', calls: 2, totalExecMs: 300, meanExecMs: 150, timeShare: 0.75, rowsPerCall: 1, restarted: false },
      { queryId: 'b', calls: 2, totalExecMs: 100, timeShare: 0.25 },
    ]);
  });

  it('counts a new statement in full, and leaves out one that was not called', () => {
    const { deltas } = statementDeltas(snapshot([row('a', 5, 5)]), snapshot([row('a', 5, 5), row('new', 2, 8)]));
    expect(deltas).toMatchObject([{ queryId: 'new', calls: 2, totalExecMs: 8, restarted: false }]);
  });

  it.each([
    ['fell', snapshot([row('a', 3, 30)])],
    ['were all reset', snapshot([row('a', 30, 30)], { resetAtMs: 1500 })],
    ['began anew by the row itself', snapshot([row('a', 30, 30, { sinceMs: 1200 })])],
  ])('uses what is there and says so when counters %s', (_case, after) => {
    expect(statementDeltas(snapshot([row('a', 10, 1000)]), after).deltas).toMatchObject([{ totalExecMs: 30, restarted: true }]);
  });

  it.each<[string, Partial<StatementCounters>]>([
    ['time', { totalExecMs: 30_000 }],
    ['rows', { totalExecMs: 1, rows: 900 }],
    ['blocks read', { totalExecMs: 1, sharedReadBlocks: 8 }],
    ['write-ahead log', { totalExecMs: 1, walBytes: 1 }],
  ])('takes a row that came back after an eviction in full when only its %s fell', (_what, older) => {
    const [delta] = statementDeltas(snapshot([row('a', 10, 0, older)]), snapshot([row('a', 500, 25_000)])).deltas;
    expect(delta).toMatchObject({ calls: 500, totalExecMs: 25_000, meanExecMs: 50, restarted: true });
  });

  it('adds up roles and nesting levels of one statement', () => {
    const after = snapshot([row('a', 1, 10), row('a', 2, 20, { userId: '11' }), row('a', 4, 40, { toplevel: false })]);
    expect(statementDeltas(snapshot([]), after).deltas).toMatchObject([{ calls: 7, totalExecMs: 70 }]);
  });

  it('says when statements were thrown out', () => {
    expect(statementDeltas(snapshot([]), snapshot([], { evictions: 3 })).incomplete).toBe(true);
  });

  it('fetches the texts of the most expensive and of the most called', () => {
    const { deltas } = statementDeltas(snapshot([]), snapshot([row('slow', 1, 900), row('often', 500, 5), row('rare', 2, 6)]));
    expect(worthReading(deltas, 1, 1)).toEqual(['slow', 'often']);
  });

  it('leaves its own statements out and shares the time among the rest', () => {
    const window = statementDeltas(snapshot([]), snapshot([row('a', 1, 30), row('own', 50, 70)]));
    const texts = new Map([
      ['a', 'SELECT 1'],
      ['own', asOwnStatement('SELECT * FROM pg_stat_activity')],
    ]);
    expect(withTexts(window, texts)).toMatchObject({ totalExecMs: 30, statements: [{ queryId: 'a', timeShare: 1, text: 'SELECT 1' }] });
  });
});
