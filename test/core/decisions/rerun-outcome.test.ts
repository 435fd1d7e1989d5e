import { describe, expect, it } from 'vitest';
import { incidentOutcomeAfter, outcomeOfRerun, verdictOfRuns } from '../../../core/decisions/remedy/rerun-outcome.js';

describe('outcomeOfRerun', () => {
  it.each([
    ['improved', true, 'not-reproduced', 'resolved'],
    ['improved', true, 'confirmed', 'resolved'],
    ['equivalent', true, 'not-reproduced', 'resolved'],
    ['inconclusive', true, 'not-reproduced', 'resolved'],
    ['improved', false, 'confirmed', 'still-failing'],
    ['improved', false, 'not-reproduced', 'still-failing'],
    ['equivalent', true, 'confirmed', 'still-failing'],
    ['regressed', true, 'not-reproduced', 'still-failing'],
    ['improved', true, 'unproven', 'unproven'],
  ] as const)('%s, within budget %s, %s: %s', (verdict, withinBudget, confirmation, outcome) => {
    expect(outcomeOfRerun({ verdict, withinBudget }, confirmation)).toBe(outcome);
  });
});

describe('incidentOutcomeAfter', () => {
  it('is not changed by a run that proved nothing', () => {
    expect(incidentOutcomeAfter('localized', 'unproven')).toBe('localized');
    expect(incidentOutcomeAfter('localized', 'still-failing')).toBe('still-failing');
  });
});

describe('verdictOfRuns', () => {
  it.each([
    [['not-reproduced'], 'not-reproduced'],
    [['not-reproduced', 'confirmed'], 'confirmed'],
    [['not-reproduced', 'unproven'], 'not-reproduced'],
    [['unproven', 'unproven'], 'unproven'],
    [['confirmed', 'not-reproduced', 'not-reproduced', 'not-reproduced', 'not-reproduced'], 'not-reproduced'],
    [['confirmed', 'confirmed', 'not-reproduced', 'not-reproduced', 'not-reproduced'], 'confirmed'],
  ] as const)('%j: %s', (verdicts, verdict) => expect(verdictOfRuns(verdicts)).toBe(verdict));
});
