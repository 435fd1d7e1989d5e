import { describe, expect, it } from 'vitest';
import type { Truth } from '../../lab/fault.js';
import { locationMismatches, scoreAnswer, summarize, type Answer, type Places } from '../../lab/cases/score.js';
import { wilsonInterval } from '../../core/model/proportion.js';

const places: Places = {
  peers: { recommendations: '127.0.0.1:5001', payments: '127.0.0.1:5002', carrier: '127.0.0.1:5003' },
  sessions: new Map([['stock-taking', [4242]]]),
};
const index: Truth = {
  cause: { id: 'missing-index', location: { relation: 'orders', columns: ['customer_id'] } },
  outcomes: ['localized'],
};
const nobody: Truth = { cause: null, outcomes: ['not-reproduced'] };
const rightCause: Answer['causes'][number] = {
  id: 'missing-index',
  location: { relation: 'public.orders', columns: ['customer_id', 'placed_at'] },
};

function answer(overrides: Partial<Answer> = {}): Answer {
  return { outcome: 'localized', verdict: 'confirmed', causes: [rightCause], missingEvidence: [], ...overrides };
}

describe('the score of one answer', () => {
  it('is right when outcome, cause and place agree', () => {
    expect(scoreAnswer(index, answer(), places)).toMatchObject({
      right: true,
      broke: true,
      locationRight: true,
      falseAccusations: [],
      notes: [],
    });
  });

  it('tells the right cause at the wrong place from a wrong cause', () => {
    const elsewhere = scoreAnswer(
      index,
      answer({ causes: [{ id: 'missing-index', location: { relation: 'orders', columns: ['status'] } }] }),
      places,
    );
    expect(elsewhere).toMatchObject({ causeRight: true, locationRight: false, right: false, notes: ['columns is status'] });
    const wrong = scoreAnswer(index, answer({ causes: [{ id: 'row-lock', location: { relation: 'orders' } }] }), places);
    expect(wrong).toMatchObject({ causeRight: false, right: false, falseAccusations: ['row-lock'] });
  });

  it('finds the right cause in third place', () => {
    const others: Answer['causes'] = ['crypto', 'logging'].map((id) => ({ id, location: {} }));
    const third = scoreAnswer(index, answer({ causes: [...others, rightCause] }), places);
    expect(third).toMatchObject({ causeRight: false, inTopThree: true });
    const fourth = scoreAnswer(index, answer({ causes: [...others, { id: 'crypto', location: {} }, rightCause] }), places);
    expect(fourth.inTopThree).toBe(false);
  });

  it('counts a fault that was not felt as not broken', () => {
    expect(scoreAnswer(index, answer({ verdict: 'not-reproduced', outcome: 'not-reproduced', causes: [] }), places).broke).toBe(false);
  });

  it('counts every cause named on a control as a false accusation, but not capacity', () => {
    expect(scoreAnswer(nobody, answer({ outcome: 'not-reproduced', causes: [] }), places).right).toBe(true);
    expect(scoreAnswer(nobody, answer(), places).falseAccusations).toEqual(['missing-index']);
    const capacity: Truth = { cause: null, outcomes: ['capacity'] };
    const load = answer({ outcome: 'capacity', causes: [{ id: 'capacity', location: {} }] });
    expect(scoreAnswer(capacity, load, places)).toMatchObject({ right: true, falseAccusations: [] });
  });

  it('wants an inconclusive answer to name what is missing', () => {
    const denied: Truth = { cause: null, outcomes: ['inconclusive'] };
    const silent = answer({ outcome: 'inconclusive', causes: [] });
    expect(scoreAnswer(denied, silent, places).right).toBe(false);
    expect(scoreAnswer(denied, { ...silent, missingEvidence: ['profile'] }, places).right).toBe(true);
  });
});

describe('a location', () => {
  it.each([
    [
      { frames: ['fib'], file: 'quotes' },
      { frame: 'Object.fib', file: 'file:///srv/quotes.js:10:3' },
    ],
    [{ columns: ['email'] }, { columns: ['lower(email)'] }],
    [{ route: 'GET /a' }, { route: 'GET /a?x=1' }],
    [{ partner: 'payments' as const }, { peer: '127.0.0.1:5002' }],
    [{ session: 'stock-taking' }, { session: '4242' }],
    [{ relation: 'numbers' }, { statement: 'UPDATE numbers SET last = last + 1' }],
    [{ statement: ['FROM items', 'id ='] }, { statement: 'select * from items where id = $1' }],
  ])('%j agrees with %j', (truth, given) => {
    expect(locationMismatches(truth, given, places)).toEqual([]);
  });

  it.each([
    [{ frames: ['fib'] }, { frame: 'fibonacci' }],
    [{ file: 'quotes' }, { file: 'quotes-old.js' }],
    [{ columns: ['a', 'b'] }, { columns: ['b', 'a'] }],
    [{ partner: 'payments' as const }, { peer: '127.0.0.1:5001' }],
    [{ session: 'stock-taking' }, { session: '42' }],
    [{ relation: 'orders' }, { relation: 'orders_archive' }],
    [{ pool: true as const }, {}],
  ])('%j does not agree with %j', (truth, given) => {
    expect(locationMismatches(truth, given, places)).toHaveLength(1);
  });
});

describe('the summary', () => {
  const right = scoreAnswer(index, answer(), places);
  const silent = scoreAnswer(index, answer({ verdict: 'not-reproduced', causes: [] }), places);
  const accusing = scoreAnswer(nobody, answer(), places);
  const base = { fault: 'x', kind: 'fault' as const, hasCause: true, notRun: null };

  it('leaves out what was not felt or could not be run, and counts failed runs as misses', () => {
    const summary = summarize([
      { ...base, score: right },
      { ...base, fault: 'quiet', score: silent },
      { ...base, fault: 'crashed', score: null },
      { ...base, fault: 'homeless', score: null, notRun: 'it could not be set up' },
    ]);
    expect(summary.topOneLocation).toMatchObject({ successes: 1, trials: 2, ratio: 0.5 });
    expect(summary).toMatchObject({ didNotBreak: ['quiet'], failed: ['crashed'], notRun: ['homeless'] });
  });

  it('counts false accusations on controls only', () => {
    const summary = summarize([
      { ...base, kind: 'control', score: accusing },
      { ...base, score: right },
    ]);
    expect(summary.falseAccusations).toMatchObject({ successes: 1, trials: 1 });
    expect(summary.controlsRight).toMatchObject({ successes: 0, trials: 1 });
  });

  it('gives the Wilson interval of published tables', () => {
    // Newcombe 1998, table I, method 3: 81/263 → 0.2553 to 0.3662; 0/20 → 0 to 0.1611.
    expect(wilsonInterval(81, 263).map((bound) => bound.toFixed(4))).toEqual(['0.2553', '0.3662']);
    expect(wilsonInterval(0, 20).map((bound) => bound.toFixed(4))).toEqual(['0.0000', '0.1611']);
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
  });
});
