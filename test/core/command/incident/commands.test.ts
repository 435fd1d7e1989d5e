import { describe, expect, it } from 'vitest';
import type { CommandState, Declaration } from '../../../../core/command/incident/command-state.js';
import {
  acceptCommand,
  acknowledge,
  addNote,
  correctTime,
  escalate,
  giveRole,
  offerCommand,
  refuseAccept,
  refuseAcknowledgement,
  refuseEscalation,
  refuseStatus,
  setSeverity,
  setStatus,
} from '../../../../core/command/incident/commands.js';
import { createCommandState } from '../../../../core/command/incident/create-state.js';
import { incidentTimes } from '../../../../core/command/incident/incident-times.js';
import type { CommandPolicy } from '../../../../core/command/incident/policy.js';
import { statusDocument } from '../../../../core/command/incident/status-document.js';
import { timelineOf, type Actor } from '../../../../core/command/incident/record-event.js';
import { paged } from '../../../../core/command/ladder/paging-ladder.js';
import { severityTable } from '../../../../core/command/severity/severity.js';

const minute = 60_000;
const declaredAt = '2026-03-02T10:00:00.000Z';
const start = Date.parse(declaredAt);
const after = (minutes: number): number => start + minutes * minute;
const person = (name: string): Actor => ({ person: name, proof: 'token' });

const policy: CommandPolicy = {
  severities: severityTable,
  paging: [
    { level: 'L1', role: 'On-Call Engineer', afterMs: 0, repeat: 0, notify: ['oncall:primary'], severities: null },
    { level: 'L2', role: 'Team Lead', afterMs: 15 * minute, repeat: 0, notify: ['bob'], severities: null },
  ],
  management: [
    { level: 'L3', role: 'Engineering Manager', afterMs: 30 * minute, notify: ['carol'], severities: ['SEV1', 'SEV2'] },
    { level: 'L4', role: 'VP Engineering', afterMs: 60 * minute, notify: ['dave'], severities: ['SEV1'] },
  ],
  ackTimeoutMs: 30 * minute,
  watchMs: 10 * minute,
  roles: { commander: 'oncall:primary' },
  services: ['shop'],
  criticalServices: [],
  owners: ['carol'],
  receivers: [],
  timezone: 'UTC',
  approval: 'any',
};

function open(over: Partial<Declaration> = {}): CommandState {
  const declaration: Declaration = {
    incidentId: 'INC-2026-0302-001',
    title: { artifact: 'texts/title' },
    impact: null,
    severity: 'SEV2',
    severityRule: null,
    services: ['shop'],
    endpoints: ['shop/order'],
    declaredAt,
    onset: null,
    by: person('alice'),
    ...over,
  };
  return createCommandState(declaration, policy);
}

/** L1 was paged and alice has the page. */
function paging(): CommandState {
  const state = open();
  state.paging = paged(state.paging, state.plan);
  const page = { level: 'L1', role: 'On-Call Engineer', channel: 'webhook', sentAt: declaredAt, acknowledgedAt: null, reason: 'rotation' };
  state.pages = [
    { ...page, person: 'alice', state: 'delivered' },
    { ...page, person: 'erin', state: 'delivered' },
  ];
  return state;
}

describe('declaring', () => {
  it('begins in triage with the severity that was said, and SEV3 where nobody rated it', () => {
    expect(open()).toMatchObject({ status: 'triage', severity: 'SEV2', severityReason: { rule: 'declared' }, updateDueAtMs: after(30) });
    expect(open({ severity: null })).toMatchObject({ severity: 'SEV3', severityReason: { rule: 'not-rated' } });
  });
});

describe('an acknowledgement', () => {
  it('stops the ladder; the page of whoever answered is acknowledged, the others are cancelled', () => {
    const state = paging();
    expect(acknowledge(state, person('alice'), after(3))).toEqual({ by: 'alice', isFirst: true, at: '2026-03-02T10:03:00.000Z' });
    expect(state.paging.state).toBe('acknowledged');
    expect(state.pages.map((page) => [page.person, page.state])).toEqual([
      ['alice', 'acknowledged'],
      ['erin', 'cancelled'],
    ]);
  });

  it('of a second person is recorded and answers who was first', () => {
    const state = paging();
    acknowledge(state, person('alice'), after(3));
    expect(acknowledge(state, person('bob'), after(4))).toMatchObject({ by: 'alice', isFirst: false });
    expect(state.record.filter((event) => event.kind === 'acknowledged')).toHaveLength(2);
  });

  it('comes too late once the incident is resolved', () => {
    const state = paging();
    setStatus(state, { to: 'resolved', reason: 'fixed', by: person('alice') }, after(5));
    expect(refuseAcknowledgement(state)).toContain('resolved');
    expect(state.pages.map((page) => page.state)).toEqual(['delivered', 'delivered']);
    expect(state.paging.state).toBe('stopped');
  });
});

describe('a severity', () => {
  it('re-arms the ladders and the cadence without losing an acknowledgement', () => {
    const state = paging();
    acknowledge(state, person('alice'), after(3));
    setSeverity(state, { severity: 'SEV1', reason: 'all fail', rule: 'error-ratio', evidence: ['E1'], by: null }, after(5));
    expect(state).toMatchObject({ severity: 'SEV1', updateDueAtMs: after(20), paging: { state: 'acknowledged' } });
    expect(state.severityLoweredAtMs).toBeNull();
  });

  it('that a person lowered is remembered, and whoever was told for it may stand down', () => {
    const state = open({ severity: 'SEV1' });
    state.told = [{ level: 'L4', role: 'VP Engineering', person: 'dave', sentAt: declaredAt }];
    const { stoodDown } = setSeverity(
      state,
      { severity: 'SEV2', reason: { artifact: 'texts/why' }, rule: 'person', evidence: [], by: person('alice') },
      after(5),
    );
    expect(stoodDown.map((level) => level.level)).toEqual(['L4']);
    expect(state.severityLoweredAtMs).toBe(after(5));
  });
});

describe('a status', () => {
  const refuse = (state: CommandState, to: Parameters<typeof refuseStatus>[1]['to'], hasReason = false, minutes = 60) =>
    refuseStatus(state, { to, hasReason }, after(minutes));

  it('goes forward freely and back only with a reason', () => {
    const state = open();
    expect(refuse(state, 'identified')).toBeNull();
    setStatus(state, { to: 'monitoring', reason: null, by: null }, after(1));
    expect(refuse(state, 'investigating')).toContain('needs a reason');
    expect(refuse(state, 'investigating', true)).toBeNull();
    expect(refuse(state, 'closed')).toContain('resolve');
  });

  it('can be reopened for a day, as the same incident, with a new cadence', () => {
    const state = open();
    setStatus(state, { to: 'resolved', reason: 'fixed', by: person('alice') }, after(60));
    expect(refuse(state, 'monitoring', true, 60 + 24 * 60)).toBeNull();
    expect(refuse(state, 'monitoring', true, 60 + 24 * 60 + 1)).toContain('more than 24 hours');
    setStatus(state, { to: 'monitoring', reason: 'it is back', by: person('alice') }, after(90));
    expect(state).toMatchObject({ resolvedAtMs: null, updateDueAtMs: after(120) });
  });

  it('is final once closed or cancelled', () => {
    const state = open();
    setStatus(state, { to: 'cancelled', reason: 'false alarm', by: person('alice') }, after(1));
    expect(refuse(state, 'investigating', true)).toContain('declare a new one');
  });
});

describe('roles', () => {
  it('are handed over by an offer that the other accepts in time', () => {
    const state = open();
    giveRole(state, { role: 'commander', person: 'alice', state: 'active', by: null }, after(0));
    offerCommand(state, 'bob', person('alice'), after(5));
    expect(refuseAccept(state, 'carol', after(6))).toContain('offered to bob');
    expect(refuseAccept(state, 'bob', after(16))).toContain('expired');
    acceptCommand(state, person('bob'), after(7));
    expect(state.roles).toEqual([
      { role: 'commander', person: 'alice', state: 'released' },
      { role: 'commander', person: 'bob', state: 'active' },
    ]);
    expect(refuseAccept(state, 'bob', after(8))).toContain('no command is offered');
  });

  it('warn when the commander is to investigate', () => {
    const state = open();
    giveRole(state, { role: 'commander', person: 'alice', state: 'active', by: null }, after(0));
    expect(giveRole(state, { role: 'expert', person: 'alice', state: 'active', by: null }, after(1))).toContain('loses sight');
    expect(giveRole(state, { role: 'expert', person: 'bob', state: 'active', by: null }, after(1))).toBeNull();
  });
});

describe('escalating by hand', () => {
  const order = (to: string | null, seen: string | null = null) => ({ to, seen, reason: { artifact: 'texts/why' }, by: person('alice') });

  it('pages the next level now, once', () => {
    const state = paging();
    expect(escalate(state, order(null, 'L1'), after(2))).toMatchObject({ kind: 'escalated' });
    expect(refuseEscalation(state, order(null, 'L2'), after(2))).toContain('somebody escalated meanwhile');
    expect(state.paging).toMatchObject({ state: 'paging', next: 1, dueAtMs: after(2) });
  });

  it('reaches into the management ladder', () => {
    const state = paging();
    expect(escalate(state, order('L4'), after(2))).toMatchObject({ kind: 'escalated' });
    expect(state.forcedTo).toBe('L4');
    expect(refuseEscalation(state, order('L9'), after(2))).toBe('the catalog has no such level');
  });

  it('does nothing on an incident that is over', () => {
    const state = paging();
    setStatus(state, { to: 'resolved', reason: 'fixed', by: person('alice') }, after(5));
    expect(refuseEscalation(state, order(null), after(6))).toBe('the incident is resolved');
    expect(escalate(state, order(null), after(6))).toBeNull();
  });
});

describe('the record', () => {
  it('shows a corrected event at its new time and keeps the old one', () => {
    const state = open();
    const note = addNote(
      state,
      { text: { artifact: 'texts/n' }, at: '2026-03-02T09:55:00.000Z', isPinned: false, isImport: false, by: person('alice') },
      after(5),
    );
    correctTime(state, { target: note.id, to: '2026-03-02T09:50:00.000Z', reason: { artifact: 'texts/w' }, by: person('bob') }, after(6));
    const [first, second] = timelineOf(state.record);
    expect(first).toMatchObject({ id: note.id, at: '2026-03-02T09:50:00.000Z', atOriginal: '2026-03-02T09:55:00.000Z' });
    expect(second).toMatchObject({ kind: 'declared' });
    expect(state.record.map((event) => event.kind)).toEqual(['declared', 'note', 'correction']);
  });

  it('gives the times of the incident, and does not take the declaration for the begin of the impact', () => {
    const state = paging();
    setStatus(state, { to: 'investigating', reason: 'the first look is done', by: null }, after(1));
    acknowledge(state, person('alice'), after(3));
    const early = { text: { artifact: 'texts/n' }, at: '2026-03-02T09:40:00.000Z', isPinned: false, isImport: false, by: person('bob') };
    addNote(state, early, after(5));
    setStatus(state, { to: 'identified', reason: null, by: person('bob') }, after(8));
    setStatus(state, { to: 'monitoring', reason: null, by: null }, after(20));
    setStatus(state, { to: 'resolved', reason: 'fixed', by: person('alice') }, after(45));
    const onset = '2026-03-02T09:58:00.000Z';
    const times = incidentTimes(state.record, onset, true);
    expect([times.ttd.seconds, times.tta.seconds, times.tte.seconds]).toEqual([120, 180, 480]);
    expect([times.ttm.seconds, times.ttr.seconds]).toEqual([22 * 60, 47 * 60]);
    expect(incidentTimes(state.record, null, true)).toMatchObject({ ttr: { seconds: null, status: 'not-applicable' } });
    expect(incidentTimes(state.record, '2026-03-02T10:30:00.000Z', true).ttd.status).toBe('invalid');
  });
});

describe('the timeline of the document', () => {
  const reason = { artifact: 'texts/reason' };
  const told = (state: CommandState): string | undefined =>
    statusDocument(state, (path) => (path === reason.artifact ? 'calmer' : path), after(5)).timeline.at(-1)?.text;

  it('says what was decided before why', () => {
    const state = open();
    setStatus(state, { to: 'identified', reason: null, by: person('alice') }, after(1));
    expect(told(state)).toBe('triage → identified');
    setStatus(state, { to: 'investigating', reason, by: person('alice') }, after(2));
    expect(told(state)).toBe('identified → investigating: calmer');
    setSeverity(state, { severity: 'SEV3', reason, by: person('alice'), rule: 'person', evidence: [] }, after(3));
    expect(told(state)).toBe('SEV2 → SEV3: calmer');
    escalate(state, { to: 'L2', seen: null, reason, by: person('alice') }, after(4));
    expect(told(state)).toBe('to L2: calmer');
    correctTime(state, { target: 'T-1', to: '2026-03-02T09:50:00.000Z', reason, by: person('alice') }, after(5));
    expect(told(state)).toBe('T-1 happened at 2026-03-02 09:50 UTC, not 2026-03-02 10:00 UTC: calmer');
  });

  it('knows within which time the catalog wants an answer', () => {
    expect(statusDocument(open(), (path) => path, after(1)).paging.respondWithinS).toBe(severityTable.SEV2.respondWithinMs / 1000);
  });
});
