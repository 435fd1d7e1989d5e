import { describe, expect, it } from 'vitest';
import { ageLimitMs, nextDeadline, type WaitState } from '../../../core/decisions/escalation.js';

const minute = 60_000;
const waiting: WaitState = {
  acceptedAtMs: 0,
  waitingSinceMs: 10 * minute,
  escalatedRungs: 0,
  severity: 'warning',
  isAcknowledged: false,
  planExpiresAtMs: null,
  cutOffMs: null,
  askBisectorAtMs: null,
};

describe('nextDeadline', () => {
  it('climbs the ladder, then waits for the age limit', () => {
    const steps = [0, 1, 2, 3].map((escalatedRungs) => nextDeadline({ ...waiting, escalatedRungs }));
    expect(steps.map(({ atMs }) => atMs)).toEqual([25 * minute, 40 * minute, 70 * minute, ageLimitMs]);
    expect(steps.map((step) => (step.kind === 'escalate' ? step.level : step.kind))).toEqual(['L1', 'L2', 'service owner', 'age-limit']);
  });

  it('climbs faster when the alert was critical', () => {
    expect(nextDeadline({ ...waiting, severity: 'Critical' }).atMs).toBe(15 * minute);
  });

  it('does not climb once somebody is on it, or nobody is needed', () => {
    expect(nextDeadline({ ...waiting, isAcknowledged: true }).kind).toBe('age-limit');
    expect(nextDeadline({ ...waiting, waitingSinceMs: null }).kind).toBe('age-limit');
  });

  it('wakes for a plan that expires earlier', () => {
    expect(nextDeadline({ ...waiting, planExpiresAtMs: 20 * minute })).toMatchObject({ kind: 'plan-expires', atMs: 20 * minute });
  });
});
