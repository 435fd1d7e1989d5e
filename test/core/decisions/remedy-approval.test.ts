import { describe, expect, it } from 'vitest';
import { refuseDecision, type ApprovalState, type RemedyDecision } from '../../../core/decisions/remedy/remedy-approval.js';

const expiresAt = '2026-11-24T12:00:00.000Z';
const open: ApprovalState = { plan: { planId: 'p1', expiresAt }, decided: null, requesters: [], nowMs: Date.parse(expiresAt) - 1 };
const approval: RemedyDecision = { planId: 'p1', decision: 'approve', by: 'ada' };

describe('refuseDecision', () => {
  it('accepts a decision on the very plan that is on the table', () => {
    expect(refuseDecision(approval, open)).toBeNull();
    expect(refuseDecision({ ...approval, decision: 'reject' }, open)).toBeNull();
  });

  it('wants another one than who asked for the triage, where the catalog says so', () => {
    const strict: ApprovalState = {
      ...open,
      plan: { planId: 'p1', expiresAt, approval: 'other-than-requester' },
      requesters: ['ada', 'bob'],
    };
    expect(refuseDecision(approval, strict)).toMatch(/ada asked for this triage .*approval: other-than-requester/);
    for (const by of ['Ada', ' ada ', 'A\u200bda', '\uff41da', 'ADA'])
      expect([by, refuseDecision({ ...approval, by }, strict)]).toEqual([by, expect.stringMatching(/asked for this triage/)]);
    expect(refuseDecision({ ...approval, by: 'carol' }, strict)).toBeNull();
    // To say no is anybody's right.
    expect(refuseDecision({ ...approval, decision: 'reject' }, strict)).toBeNull();
    expect(refuseDecision(approval, { ...open, requesters: ['ada'] })).toBeNull();
  });

  it('refuses a plan that changed meanwhile and says which one it is now', () => {
    expect(refuseDecision({ ...approval, planId: 'p0' }, open)).toMatch(/expected p1 .* got "p0"/);
  });

  it('refuses from the moment of expiry on', () => {
    expect(refuseDecision(approval, { ...open, nowMs: Date.parse(expiresAt) })).toMatch(/expired at 2026-11-24T12:00:00.000Z/);
  });

  it('refuses when nothing waits, and when it was decided already', () => {
    expect(refuseDecision(approval, { ...open, plan: null })).toMatch(/no remedy waits/);
    expect(refuseDecision(approval, { ...open, decided: { planId: 'p1', decision: 'reject', by: 'bob' } })).toMatch(/reject by bob/);
  });

  it.each([{ by: '' }, { by: undefined }, { decision: 'yes' }, { decision: undefined }])(
    'refuses %j with an example or the choices',
    (change) => {
      expect(refuseDecision({ ...approval, ...change } as RemedyDecision, open)).toMatch(/expected/);
    },
  );
});
