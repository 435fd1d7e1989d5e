import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeChange, judgeChanges, type Change, type Onset } from '../../../../core/command/changes/change.js';

const onsetAt = Date.parse('2026-03-02T10:00:00Z');
const onset: Onset = { atMs: onsetAt, uncertaintyMs: 60_000, services: ['shop'], dependencies: ['payments'] };
const change = (minutes: number, more: Partial<Change> = {}): Change => ({
  at: new Date(onsetAt + minutes * 60_000).toISOString(),
  service: 'shop',
  kind: 'deploy',
  ref: 'v2',
  title: 'v2',
  by: null,
  source: 'hook',
  revertible: true,
  ...more,
});

describe('judgeChange', () => {
  it('suspects a change before the onset and rules out one after it', () => {
    expect(judgeChange(change(-5), onset)).toMatchObject({
      verdict: 'suspected',
      why: expect.stringContaining('5 min before the onset') as unknown,
    });
    expect(judgeChange(change(5), onset)).toMatchObject({
      verdict: 'ruled-out-by-time',
      score: 0,
      why: expect.stringContaining('5 min after') as unknown,
    });
  });

  it('allows for the uncertainty of the onset and no more', () => {
    expect(judgeChange(change(1), onset).verdict).toBe('suspected');
    expect(judgeChange(change(1.02), onset).verdict).toBe('ruled-out-by-time');
  });

  it('never confirms by time alone', () => {
    fc.assert(
      fc.property(fc.double({ min: -10_000, max: 10_000, noNaN: true }), (minutes) => {
        expect(judgeChange(change(minutes), onset).verdict).not.toBe('confirmed');
      }),
    );
  });

  it('scores as exp(-lag / 15 min) × place × kind', () => {
    expect(judgeChange(change(0), onset).score).toBeCloseTo(1);
    expect(judgeChange(change(-15), onset).score).toBeCloseTo(Math.exp(-1));
    expect(judgeChange(change(0, { service: 'payments', kind: 'scaling' }), onset).score).toBeCloseTo(0.36);
    expect(judgeChange(change(0, { service: null }), onset).score).toBeCloseTo(0.4);
    expect(judgeChange(change(0, { service: 'other' }), onset).score).toBeCloseTo(0.1);
  });

  it('puts the nearest change of the service itself first and what time rules out last', () => {
    const refs = judgeChanges(
      [
        change(10, { ref: 'after' }),
        change(-50, { ref: 'old' }),
        change(-2, { ref: 'decoy', service: 'other' }),
        change(-3, { ref: 'culprit' }),
      ],
      onset,
    );
    expect(refs.map(({ ref }) => ref)).toEqual(['culprit', 'decoy', 'old', 'after']);
  });
});
