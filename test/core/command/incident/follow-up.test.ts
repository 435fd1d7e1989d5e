import { describe, expect, it } from 'vitest';
import type { CommandState } from '../../../../core/command/incident/command-state.js';
import { createCommandState } from '../../../../core/command/incident/create-state.js';
import {
  addAction,
  closeAction,
  keepPostmortem,
  markReminded,
  nextReminder,
  refuseClosing,
} from '../../../../core/command/incident/follow-up.js';
import { unknownPolicy } from '../../../../core/command/incident/policy.js';
import type { Actor } from '../../../../core/command/incident/record-event.js';

const alice: Actor = { person: 'alice', proof: 'token' };
const declaredAt = '2026-03-02T14:30:00.000Z';
const resolvedAtMs = Date.parse('2026-03-02T15:15:00.000Z');

function resolved(severity: 'SEV2' | 'SEV3' = 'SEV3'): CommandState {
  const title = { inline: 'Shop is slow' };
  const state = createCommandState(
    {
      incidentId: 'INC-2026-0302-001',
      title,
      impact: null,
      severity,
      severityRule: null,
      services: [],
      endpoints: [],
      declaredAt,
      onset: null,
      by: alice,
    },
    unknownPolicy,
  );
  return Object.assign(state, { status: 'resolved' as const, resolvedAtMs });
}

/** All reminders that are still to come, each marked as sent. */
function reminders(state: CommandState): string[] {
  const all: string[] = [];
  for (let next = nextReminder(state); next !== null; next = nextReminder(state)) {
    all.push(`${new Date(next.atMs).toISOString()} ${next.owner ?? 'commander'}: ${next.text}`);
    markReminded(state, next);
  }
  return all;
}

describe('an action item', () => {
  it('is reminded of two days before, on the day and a week later, and its owner hears it', () => {
    const state = resolved();
    addAction(
      state,
      { priority: 'P1', type: 'prevent', title: { inline: 'Add a timeout' }, owner: 'carol', due: '2026-03-09', by: alice },
      resolvedAtMs,
    );
    expect(reminders(state)).toEqual([
      '2026-03-07T09:00:00.000Z carol: action item A-1 is due on 2026-03-09',
      '2026-03-09T09:00:00.000Z carol: action item A-1 is due today',
      '2026-03-16T09:00:00.000Z carol: action item A-1 was due on 2026-03-09',
    ]);
  });

  it('is reminded of no more once it is closed, which is possible once', () => {
    const state = resolved();
    for (const due of ['2026-03-09', '2026-03-05']) {
      addAction(state, { priority: 'P1', type: 'detect', title: { inline: 'Add an alert' }, owner: null, due, by: alice }, resolvedAtMs);
    }
    expect(refuseClosing(state, 'A-3')).toContain('no action item A-3');
    closeAction(state, { id: 'A-2', to: 'done', evidence: { inline: 'merged in #412' }, by: alice }, resolvedAtMs);
    expect(refuseClosing(state, 'A-2')).toBe('A-2 is done already');
    expect(reminders(state).every((one) => one.includes('A-1'))).toBe(true);
    expect(state.record.slice(-3).map(({ kind, data }) => [kind, data['action'], data['state'] ?? null])).toEqual([
      ['action', 'A-1', null],
      ['action', 'A-2', null],
      ['action', 'A-2', 'done'],
    ]);
  });

  it('without a date is listed and reminded of by nothing', () => {
    const state = resolved();
    addAction(
      state,
      { priority: 'P2', type: 'process', title: { inline: 'Write it down' }, owner: null, due: null, by: alice },
      resolvedAtMs,
    );
    expect(nextReminder(state)).toBeNull();
  });
});

describe('the postmortem', () => {
  it('of a major incident is reminded of a day before it is due and when it is, until it is written', () => {
    expect(reminders(resolved('SEV2'))).toEqual([
      '2026-03-03T15:15:00.000Z commander: the postmortem is due at 2026-03-04T15:15:00.000Z',
      '2026-03-04T15:15:00.000Z commander: the postmortem is due at 2026-03-04T15:15:00.000Z',
    ]);
    const written = resolved('SEV2');
    keepPostmortem(written, { path: { inline: 'postmortem.md' }, by: alice }, resolvedAtMs);
    expect(reminders(written)).toEqual([]);
  });

  it('is owed by no minor incident, and not before the end', () => {
    expect(reminders(resolved('SEV3'))).toEqual([]);
    expect(nextReminder(Object.assign(resolved('SEV2'), { resolvedAtMs: null }))).toBeNull();
  });
});
