import { describe, expect, it } from 'vitest';
import type { Cause } from '../../core/model/cause.js';
import type { Incident } from '../../core/model/incident.js';
import type { Rerun } from '../../core/model/rerun.js';
import { findUncitedClaims } from '../../report/citations.js';
import { hostileNames, inconclusiveWithoutProfile, missingIndexLocalized, missingIndexResolved, notReproduced } from './incidents.js';

const sound = missingIndexResolved().incident;

function withCause(change: Partial<Cause>): Incident {
  return { ...sound, causes: sound.causes.map((cause) => ({ ...cause, ...change })) };
}

function withRerun(change: Partial<Rerun>): Incident {
  return { ...sound, reruns: sound.reruns.map((rerun, index) => (index === 1 ? { ...rerun, ...change } : rerun)) };
}

describe('findUncitedClaims', () => {
  it.each([missingIndexResolved, missingIndexLocalized, notReproduced, inconclusiveWithoutProfile, hostileNames])(
    'lets a sound incident pass',
    (create) => {
      expect(findUncitedClaims(create().incident)).toEqual([]);
    },
  );

  it.each<[string, Incident, string]>([
    ['a cause without evidence', withCause({ evidence: [] }), 'cause missing-index cites no evidence'],
    ['a cause with evidence that is not there', withCause({ evidence: ['E5', 'E6', 'E99'] }), 'cause missing-index cites E99'],
    ['an index without a plan', withCause({ evidence: ['E5', 'E7'] }), 'proposed without a plan'],
    [
      'a gain that nobody measured',
      withCause({ evidence: ['E1'], remedy: { kind: 'code-change', statement: 'x', expected: '2 ms', basis: 'measured' } }),
      'called measured and cites no measurement',
    ],
    ['a share that is none', withCause({ share: 1.2 }), 'share of 1.2'],
    ['a confidence that is none', withCause({ confidence: Number.NaN }), 'confidence of NaN'],
    [
      'a ruled-out row without evidence',
      { ...sound, ruledOut: [{ id: 'gc-pressure', reason: 'no', evidence: [] }] },
      'ruled-out gc-pressure cites no evidence',
    ],
    [
      'an account line without evidence',
      { ...sound, accounting: sound.accounting.map((line) => ({ ...line, evidence: [] })) },
      'account line pool-wait cites no evidence',
    ],
    ['an account that does not add up', { ...sound, accounting: sound.accounting.slice(0, 3) }, 'adds up to 70.8 %'],
    ['evidence that is there twice', { ...sound, evidence: [...sound.evidence, ...sound.evidence.slice(0, 1)] }, 'E1 is there twice'],
    [
      'a ratio without its figures',
      withRerun({ after: { ...sound.reruns[1]?.after, p95Ms: null } as Rerun['after'] }),
      'a ratio without both p95',
    ],
    ['an interval beside its ratio', withRerun({ ci: [0.5, 0.6] }), 'does not hold its ratio'],
    [
      'an interval between runs that were not run',
      withRerun({ runs: { before: 1, after: 4, pairs: 1 } }),
      'between runs that were not run',
    ],
    [
      'pairs that are too few',
      withRerun({ method: 'paired-runs', runs: { before: 5, after: 5, pairs: 5 } }),
      'between runs that were not run',
    ],
    ['a baseline that nobody measured', withRerun({ baseline: null }), 'a baseline that is not there'],
    ['a fix over budget', withRerun({ withinBudget: false }), 'it is not within budget'],
    ['a resolved incident that was never run again', { ...sound, reruns: [] }, 'no re-run shows it'],
    ['a localized incident without a cause', { ...sound, outcome: 'localized', causes: [] }, 'no cause is named'],
    ['a green verdict without a green run', { ...sound, outcome: 'not-reproduced' }, 'no green confirmation'],
  ])('refuses %s', (_, incident, words) => {
    expect(findUncitedClaims(incident).join('; ')).toContain(words);
  });
});
