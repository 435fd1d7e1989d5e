import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommandState } from '../../../../core/command/incident/command-state.js';
import { acknowledge, refuseAcknowledgement, refuseStatus, setStatus } from '../../../../core/command/incident/commands.js';
import { createCommandState } from '../../../../core/command/incident/create-state.js';
import { unknownPolicy } from '../../../../core/command/incident/policy.js';
import { dueStep, exhausted, paged, startPaging, type PagingState } from '../../../../core/command/ladder/paging-ladder.js';
import { pagingPlan, type PagingLevel } from '../../../../core/command/ladder/paging-plan.js';

const start = Date.parse('2026-03-02T10:00:00Z');
const minute = 60_000;
const ladder: PagingLevel[] = ['L1', 'L2', 'L3'].map((level, index) => ({
  level,
  role: 'On-Call',
  afterMs: index * 5 * minute,
  repeat: 0,
  notify: [level],
  severities: null,
}));

function open(): CommandState {
  const declaration = {
    incidentId: 'INC-2026-0302-001',
    title: { inline: 't' },
    impact: null,
    severity: 'SEV2' as const,
    severityRule: null,
  };
  const rest = { services: [], endpoints: [], declaredAt: new Date(start).toISOString(), onset: null };
  return createCommandState({ ...declaration, ...rest, by: { person: 'p', proof: 'token' } }, { ...unknownPolicy, paging: ladder });
}

type Act = { kind: 'ack'; person: string } | { kind: 'resolve' } | { kind: 'expire' };
const acts: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constant('ack' as const), person: fc.constantFrom('alice', 'bob') }),
  fc.constant({ kind: 'resolve' as const }),
  fc.constant({ kind: 'expire' as const }),
);

/** What the ladder does when its timer is due. */
function expire(state: CommandState): boolean {
  if (state.paging.state !== 'paging') return false;
  const isPage = dueStep(state.paging, state.plan) !== null;
  state.paging = isPage ? paged(state.paging, state.plan) : exhausted(state.paging);
  return isPage;
}

describe('an acknowledgement that races the resolution and the expiry of a step', () => {
  it('has one right result in 200 orders: the first one stops the ladder, and a resolved incident takes none', () => {
    fc.assert(
      fc.property(fc.array(acts, { minLength: 1, maxLength: 8 }), (order) => {
        const state = open();
        let first: string | null = null;
        let isResolved = false;
        for (const act of order) {
          if (act.kind === 'resolve' && refuseStatus(state, { to: 'resolved', hasReason: true }, start) === null) {
            setStatus(state, { to: 'resolved', reason: 'over', by: null }, start);
            isResolved = true;
          } else if (act.kind === 'ack') {
            expect(refuseAcknowledgement(state) !== null).toBe(isResolved);
            if (isResolved) continue;
            const answer = acknowledge(state, { person: act.person, proof: 'token' }, start);
            first ??= act.person;
            expect(answer).toMatchObject({ by: first });
          } else if (act.kind === 'expire') expect(expire(state) && (first !== null || isResolved)).toBe(false);
        }
        expect(state.paging.acknowledgedBy).toBe(first);
        if (isResolved) expect(state.paging).toMatchObject({ state: 'stopped', dueAtMs: null });
        else if (first !== null) expect(state.paging).toMatchObject({ state: 'acknowledged', dueAtMs: null });
      }),
      { numRuns: 200, seed: 12 },
    );
  });
});

describe('the pages of random ladders', () => {
  const levels = fc.array(
    fc.record({ afterMs: fc.integer({ min: 0, max: 3_600 }).map((seconds) => seconds * 1000), repeat: fc.integer({ min: 0, max: 3 }) }),
    { minLength: 1, maxLength: 5 },
  );

  it('come each at its second, none missed, none doubled, none after an acknowledgement', () => {
    fc.assert(
      fc.property(levels, fc.option(fc.integer({ min: 0, max: 10 })), (rows, ackAfter) => {
        const plan = pagingPlan(
          rows.map((row, index) => ({ ...row, level: `L${index}`, role: 'r', notify: [], severities: null })),
          'SEV1',
          300_000,
        );
        // The same by hand: each step after the one before, by its own wait.
        const planned = plan.steps.map((_, index) => plan.steps.slice(0, index + 1).reduce((sum, { waitMs }) => sum + waitMs, start));
        const pages: number[] = [];
        let state: PagingState = startPaging(plan, start);
        while (state.state === 'paging' && pages.length !== ackAfter) {
          const dueAtMs = state.dueAtMs ?? NaN;
          if (dueStep(state, plan) === null) state = exhausted(state);
          else {
            pages.push(dueAtMs);
            state = paged(state, plan);
          }
        }
        expect(pages).toEqual(planned.slice(0, pages.length));
        expect(pages.length).toBe(Math.min(ackAfter ?? plan.steps.length, plan.steps.length));
      }),
      { numRuns: 1_000, seed: 7 },
    );
  });
});
