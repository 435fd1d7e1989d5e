import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  acknowledged,
  dueStep,
  exhausted,
  forced,
  paged,
  rearmed,
  reopened,
  skipped,
  startPaging,
  stopped,
  type PagingState,
} from '../../../../core/command/ladder/paging-ladder.js';
import { pagingPlan, type PagingLevel, type PagingPlan } from '../../../../core/command/ladder/paging-plan.js';

const minute = 60_000;

function level(name: string, afterMinutes: number, over: Partial<PagingLevel> = {}): PagingLevel {
  return { level: name, role: name, afterMs: afterMinutes * minute, repeat: 0, notify: [name], severities: null, ...over };
}

const three = [level('L1', 0), level('L2', 15, { repeat: 2 }), level('L3', 10)];
const plan = pagingPlan(three, 'SEV1', 5 * minute);

/** Runs the ladder without any answer: `[minute, level, attempt]` of every page, and the minute at which nobody has answered. */
function unanswered(of: PagingPlan, isEmpty: (level: string) => boolean = () => false, from = startPaging(of, 0)) {
  const pages: [number, string, number][] = [];
  let state: PagingState = from;
  for (;;) {
    const step = dueStep(state, of);
    if (step === null) return { pages, nobodyAt: (state.dueAtMs ?? NaN) / minute };
    if (isEmpty(step.level)) state = skipped(state, of);
    else {
      pages.push([(state.dueAtMs ?? NaN) / minute, step.level, step.attempt]);
      state = paged(state, of);
    }
  }
}

describe('the paging ladder', () => {
  it('pages level by level, repeats a level after its own time, and then nobody has answered', () => {
    expect(unanswered(plan)).toEqual({
      pages: [
        [0, 'L1', 1],
        [15, 'L2', 1],
        [30, 'L2', 2],
        [45, 'L2', 3],
        [55, 'L3', 1],
      ],
      nobodyAt: 65,
    });
  });

  it('waits the response time after a last level that comes at once, and between its repeats', () => {
    expect(unanswered(pagingPlan([level('L1', 0, { repeat: 1 })], 'SEV2', 15 * minute))).toEqual({
      pages: [
        [0, 'L1', 1],
        [15, 'L1', 2],
      ],
      nobodyAt: 30,
    });
  });

  it('skips an empty level with its repeats, at once', () => {
    expect(unanswered(plan, (name) => name === 'L2').pages).toEqual([
      [0, 'L1', 1],
      [15, 'L3', 1],
    ]);
    expect(unanswered(plan, (name) => name === 'L1').pages[0]).toEqual([0, 'L2', 1]);
  });

  it('has nobody at once where every level is empty, and gives the last page its time where only the end is', () => {
    expect(unanswered(plan, () => true)).toEqual({ pages: [], nobodyAt: 0 });
    expect(unanswered(plan, (name) => name === 'L3').nobodyAt).toBe(45 + 10 + 10);
  });

  it('leaves out levels of other severities', () => {
    const some = pagingPlan([level('L1', 0), level('L2', 5, { severities: ['SEV1'] })], 'SEV3', minute);
    expect(some.steps.map((step) => step.level)).toEqual(['L1']);
  });

  it('takes the first acknowledgement only, and none after the end', () => {
    const first = acknowledged(paged(startPaging(plan, 0), plan), 'alice');
    expect(first).toMatchObject({ state: 'acknowledged', dueAtMs: null, acknowledgedBy: 'alice' });
    expect(acknowledged(first ?? startPaging(plan, 0), 'bob')).toBeNull();
    expect(acknowledged(stopped(startPaging(plan, 0)), 'bob')).toBeNull();
    expect(acknowledged(exhausted(startPaging(plan, 0)), 'bob')).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'bob' });
  });

  it('begins again at the first level when an acknowledged incident is left alone', () => {
    const known = acknowledged(paged(startPaging(plan, 0), plan), 'alice');
    expect(known).not.toBeNull();
    const again = reopened(known ?? startPaging(plan, 0), 30 * minute);
    expect(again).toMatchObject({ state: 'paging', next: 0, dueAtMs: 30 * minute, acknowledgedBy: null });
    expect(reopened(stopped(again), 40 * minute).state).toBe('stopped');
  });

  it('escalates once however many press the button, and never to the level that was paged last', () => {
    const atL1 = paged(startPaging(plan, 0), plan);
    const once = forced(atL1, plan, { to: null, seen: 'L1', nowMs: 2 * minute });
    expect(once).toMatchObject({ ok: true, state: { next: 1, dueAtMs: 2 * minute } });
    const after = once.ok ? paged(once.state, plan) : atL1;
    expect(after.level).toBe('L2');
    expect(forced(after, plan, { to: null, seen: 'L1', nowMs: 3 * minute })).toEqual({ ok: false, reason: 'stale' });
    expect(forced(after, plan, { to: 'L2', seen: null, nowMs: 3 * minute })).toEqual({ ok: false, reason: 'same-level' });
    expect(forced(after, plan, { to: 'L9', seen: null, nowMs: 3 * minute })).toEqual({ ok: false, reason: 'unknown-level' });
    expect(forced(stopped(after), plan, { to: null, seen: null, nowMs: 3 * minute })).toEqual({ ok: false, reason: 'over' });
  });

  it('goes on above the forced level, counted from the escalation', () => {
    const once = forced(paged(startPaging(plan, 0), plan), plan, { to: 'L3', seen: null, nowMs: 4 * minute });
    expect(once.ok && unanswered(plan, undefined, once.state)).toEqual({ pages: [[4, 'L3', 1]], nobodyAt: 14 });
  });

  it('keeps an acknowledgement when the severity changes', () => {
    const known = acknowledged(startPaging(plan, 0), 'alice');
    expect(rearmed(known ?? startPaging(plan, 0), plan, pagingPlan([level('L1', 0)], 'SEV2', minute), 5 * minute)).toEqual(known);
  });

  it('goes on above what was paged when the severity changes, at once where the new plan is overdue', () => {
    const slow = pagingPlan([level('L1', 0), level('L2', 60)], 'SEV3', minute);
    const fast = pagingPlan([level('L1', 0), level('L2', 5)], 'SEV1', minute);
    const atL1 = paged(startPaging(slow, 0), slow);
    expect(rearmed(atL1, slow, fast, 3 * minute)).toMatchObject({ next: 1, dueAtMs: 5 * minute });
    expect(rearmed(atL1, slow, fast, 20 * minute)).toMatchObject({ next: 1, dueAtMs: 20 * minute });
  });

  it('never pages a step twice and never goes back in time, whatever happens', () => {
    const anyLevels = fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('A', 'B', 'C', 'D'),
        after: fc.integer({ min: 0, max: 90 }),
        repeat: fc.integer({ min: 0, max: 3 }),
      }),
      { minLength: 1, maxLength: 4, selector: (one) => one.name },
    );
    fc.assert(
      fc.property(anyLevels, fc.array(fc.constantFrom<string>('A', 'B', 'C', 'D')), (levels, empty) => {
        const one = pagingPlan(
          levels.map(({ name, after, repeat }) => level(name, after, { repeat })),
          'SEV1',
          5 * minute,
        );
        const { pages, nobodyAt } = unanswered(one, (name) => empty.includes(name));
        expect(new Set(pages.map(([, name, attempt]) => `${name}${attempt}`)).size).toBe(pages.length);
        const times = [...pages.map(([at]) => at), nobodyAt];
        expect(times).toEqual([...times].sort((left, right) => left - right));
        expect(pages.some(([, name]) => empty.includes(name))).toBe(false);
      }),
    );
  });
});
