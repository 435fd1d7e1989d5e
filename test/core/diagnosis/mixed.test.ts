/** Rules do not exclude each other by silence: of two causes that were found both are told, as causes or with the reason why one of them is none. */
import { describe, expect, it } from 'vitest';
import { causality, placeIds, whyConsequence } from '../../../core/diagnosis/causality.js';
import { diagnose } from '../../../core/diagnosis/diagnose.js';
import { judgement } from '../../../core/diagnosis/judgement.js';
import { rankCauses } from '../../../core/diagnosis/rank.js';
import type { Candidate, Rule, RuleContext } from '../../../core/diagnosis/rule.js';
import { causeIds, type CauseId } from '../../../core/model/cause.js';
import { verdictOf } from '../../../report/sections/verdict.js';
import { plainText } from '../../../report/rich-text.js';
import { missingIndexLocalized } from '../../report/incidents.js';
import { captures } from './captures.js';

function candidate(id: CauseId, share: number, queryId?: string): Candidate {
  return {
    id,
    component: 'service CPU',
    location: queryId === undefined ? {} : { queryId },
    share,
    confidence: 0.8,
    basis: { pattern: 'profile-leads', hits: 8, cases: 10, interval: [0.5, 0.9] },
    summary: `evidence of ${id}`,
    evidence: ['E1'],
    remedy: { kind: 'none', statement: '', expected: '', basis: 'none' },
  };
}

/** The facts of a window of a calm service, which some conditions of the table read. */
function calmContext(): RuleContext {
  const seen: RuleContext[] = [];
  const spy: Rule = {
    id: 'hot-function',
    requires: [],
    thresholds: {},
    evaluate: (context) => {
      seen.push(context);
      return { causes: [], ruledOut: [] };
    },
  };
  diagnose(captures(), { ...judgement, rules: [spy] });
  const [first] = seen;
  if (first === undefined) throw new Error('the rule was not asked');
  return first;
}

const context = calmContext();
const rest = { unattributed: 0, insideWait: 0 };
const pairs = causeIds.flatMap((one, index) => causeIds.slice(index + 1).map((two): [CauseId, CauseId] => [one, two]));

describe('two causes that hold as much', () => {
  it.each([
    ['of two statements', 'q1', 'q2'],
    ['of one statement', 'q1', 'q1'],
  ])('%s: each is named, or told as what follows from the other', (_, one, two) => {
    for (const [a, b] of pairs) {
      const { outcome, causes, ruledOut } = rankCauses([candidate(a, 0.45, one), candidate(b, 0.45, two)], rest, context);
      const named = causes.map(({ id }) => id);
      const told = ruledOut.map(({ id }) => id);
      for (const id of [a, b])
        expect(named.includes(id) || told.includes(id) || placeIds.has(id), `${a} and ${b}: ${id} is told nowhere`).toBe(true);
      if (named.length === 2) expect(outcome, `${a} and ${b}`).toBe('mixed');
      for (const { kind, consequenceOf, reason } of ruledOut) {
        if (named[0] !== 'inside-wait')
          expect([kind, named.includes(consequenceOf as CauseId)], `${a} and ${b}`).toEqual(['consequence', true]);
        expect(reason.length).toBeGreaterThan(20);
      }
    }
  });

  it('are both named where no row of the table makes one the consequence of the other', () => {
    const free = pairs.filter(([a, b]) => {
      const [one, two] = [candidate(a, 0.45, 'q1'), candidate(b, 0.45, 'q2')];
      return whyConsequence({ cause: one, other: two }, context) === null && whyConsequence({ cause: two, other: one }, context) === null;
    });
    expect(free.length).toBeGreaterThan(100);
    for (const [a, b] of free.filter((pair) => !pair.includes('inside-wait') && !pair.includes('capacity')))
      expect(rankCauses([candidate(a, 0.45, 'q1'), candidate(b, 0.45, 'q2')], rest, context).outcome, `${a} and ${b}`).toBe('mixed');
  });

  it.each([
    ['missing-index', 'row-volume'],
    ['non-sargable-predicate', 'missing-index'],
    ['stale-statistics', 'sort-spill'],
  ] as const)('%s of one statement says nothing of %s of another', (cause, other) => {
    const outcome = (second: string): string =>
      rankCauses([candidate(cause, 0.45, 'q1'), candidate(other, 0.44, second)], rest, context).outcome;
    expect([outcome('q2'), outcome('q1')]).toEqual(['mixed', 'localized']);
  });

  it('slow code beside a slow statement is not what the statement makes the service do', () => {
    const { outcome, causes } = rankCauses([candidate('missing-index', 0.5, 'q1'), candidate('hot-function', 0.4)], rest, context);
    expect([outcome, causes.map(({ id }) => id)]).toEqual(['mixed', ['missing-index', 'hot-function']]);
  });
});

describe('a cause that is less than half of the first', () => {
  it('is told beside it, with what it holds', () => {
    const { outcome, causes, ruledOut } = rankCauses([candidate('missing-index', 0.6, 'q1'), candidate('crypto', 0.28)], rest, context);
    expect([outcome, causes.map(({ id }) => id)]).toEqual(['localized', ['missing-index']]);
    expect(ruledOut).toMatchObject([
      { id: 'crypto', kind: 'lesser', reason: expect.stringContaining('28 % of the mean latency') as string },
    ]);
  });
});

it('says why in every row of the table, and makes no cause the consequence of itself', () => {
  for (const { causes, explains, why } of causality) {
    expect(why.length).toBeGreaterThan(20);
    if (causes === 'any' || explains === 'any') continue;
    expect(causes.filter((id) => explains.includes(id))).toEqual([]);
  }
});

it('puts both causes of a mixed incident into the headline', () => {
  const { incident } = missingIndexLocalized();
  const [first] = incident.causes;
  if (first === undefined) throw new Error('the sample has a cause');
  const second = { ...first, ...candidate('hot-function', 0.4), location: { frame: 'tally', file: 'tally.js', line: 7 } };
  const verdict = verdictOf({ incident: { ...incident, outcome: 'mixed', causes: [first, second] } });
  expect(plainText(verdict.headline)).toMatch(/^2 causes found: Missing index .* and Slow code .*tally/);
});
