import { describe, expect, it } from 'vitest';
import { endsAtOnce, needsHuman, needsQueryScan, shouldHandOff } from '../../../core/decisions/next-stage.js';
import type { Incident } from '../../../core/model/incident.js';

describe('needsQueryScan', () => {
  it.each([
    ['db-bound', true],
    ['mixed', true],
    ['inconclusive', true],
    ['app-bound', false],
    ['other-wait', false],
  ] as const)('%s: %s', (branch, isNeeded) => {
    expect(needsQueryScan(branch, ['main'])).toBe(isNeeded);
  });

  it('is never needed without a database', () => {
    expect(needsQueryScan('db-bound', [])).toBe(false);
  });
});

describe('shouldHandOff', () => {
  const missing = { id: 'profile', what: 'a profile', why: 'denied', remedy: 'allow it' };
  const incident = (change: Partial<Incident>): Pick<Incident, 'outcome' | 'causes' | 'missingEvidence'> => ({
    outcome: 'inconclusive',
    causes: [],
    missingEvidence: [],
    ...change,
  });

  it('is for an unknown cause with everything captured', () => {
    for (const repositoryConfigured of [true, false]) expect(shouldHandOff(incident({}), { repositoryConfigured })).toBe(true);
  });

  it('searches commits although evidence is missing, because it needs none of it', () => {
    expect(shouldHandOff(incident({ missingEvidence: [missing] }), { repositoryConfigured: true })).toBe(true);
  });

  it('waits for the missing evidence where there are no commits to search', () => {
    expect(shouldHandOff(incident({ missingEvidence: [missing] }), { repositoryConfigured: false })).toBe(false);
  });

  it('does not search commits for too much load', () => {
    expect(shouldHandOff(incident({ outcome: 'capacity' }), { repositoryConfigured: true })).toBe(false);
  });
});

describe('needsHuman', () => {
  const state = { isWaiting: true, hasOpenPlan: false, isAcknowledged: false, outcome: 'localized' as const };

  it.each([
    [{}, true],
    [{ isAcknowledged: true }, false],
    [{ isAcknowledged: true, hasOpenPlan: true }, true],
    [{ isWaiting: false }, false],
    [{ outcome: 'resolved' as const }, false],
  ])('%j: %s', (change, isNeeded) => {
    expect(needsHuman({ ...state, ...change })).toBe(isNeeded);
  });
});

describe('endsAtOnce', () => {
  it('holds for what nobody needs to act on', () => {
    const all = [
      'localized',
      'mixed',
      'capacity',
      'not-reproduced',
      'unproven',
      'inconclusive',
      'refused',
      'resolved',
      'still-failing',
    ] as const;
    expect(all.filter(endsAtOnce)).toEqual(['not-reproduced', 'unproven', 'refused', 'resolved']);
  });
});
