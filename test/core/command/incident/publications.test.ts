import { describe, expect, it } from 'vitest';
import type { Declaration } from '../../../../core/command/incident/command-state.js';
import { createCommandState } from '../../../../core/command/incident/create-state.js';
import { unknownPolicy } from '../../../../core/command/incident/policy.js';
import {
  addDraft,
  approveDraft,
  markFailed,
  markPublished,
  publicOrder,
  refuseEndWhileShown,
  refusePublication,
} from '../../../../core/command/incident/publications.js';
import type { Actor } from '../../../../core/command/incident/record-event.js';

const nowMs = Date.parse('2026-03-02T15:00:00Z');
const person = (name: string): Actor => ({ person: name, proof: 'token' });

function incident(approval: 'any' | 'other-than-requester' = 'any') {
  const declaration: Declaration = {
    ...{ incidentId: 'INC-2026-0302-001', title: { inline: 'x' }, impact: null, severityRule: null, services: ['shop'], endpoints: [] },
    ...{ severity: 'SEV2', declaredAt: new Date(nowMs).toISOString(), onset: null, by: person('alice') },
  };
  return createCommandState(declaration, { ...unknownPolicy, approval });
}

const order = (by: Actor | null) => ({
  kind: 'update',
  by,
  corrects: null,
  status: 'investigating' as const,
  issues: [],
  text: { inline: 'text' },
});

describe('the approval of a draft', () => {
  it('is of somebody else where the catalog wants that; what the responder wrote anybody may approve', () => {
    const state = incident('other-than-requester');
    const own = addDraft(state, order(person('alice')), nowMs).id;
    const machine = addDraft(state, order(null), nowMs).id;
    expect(refusePublication(state, { draft: own, by: person('alice') })).toContain('alice wrote it');
    expect(refusePublication(state, { draft: own, by: person('bob') })).toBeNull();
    expect(refusePublication(state, { draft: machine, by: person('alice') })).toBeNull();
    const free = incident();
    const mine = addDraft(free, order(person('alice')), nowMs).id;
    expect(refusePublication(free, { draft: mine, by: person('alice') })).toBeNull();
  });

  it('that did not reach the page may be given again, and what was approved is what held then', () => {
    const state = incident();
    const draft = addDraft(state, order(null), nowMs).id;
    approveDraft(state, { draft, by: person('bob') }, nowMs);
    state.severity = 'SEV1';
    expect(publicOrder(state, draft).updates).toMatchObject([
      { id: draft, severity: 'SEV2', services: ['shop'], at: '2026-03-02T15:00:00.000Z' },
    ]);
    markFailed(state, draft);
    expect(state.communications.at(-1)?.state).toBe('failed');
    expect(publicOrder(state, draft).updates).toEqual([]);
    expect(refusePublication(state, { draft, by: person('carol') })).toBeNull();
    approveDraft(state, { draft, by: person('carol') }, nowMs + 1000);
    markPublished(state, draft, nowMs + 1000);
    expect(refusePublication(state, { draft, by: person('dora') })).toBe('carol approved it already, at 2026-03-02T15:00:01.000Z');
    expect(state.updatePostedAtMs).toBe(nowMs + 1000);
  });
});

it('a draft of when it went on is not published once it is over', () => {
  const state = incident();
  const stale = addDraft(state, order(null), nowMs).id;
  state.status = 'resolved';
  expect(refusePublication(state, { draft: stale, by: person('bob') })).toMatch(/says "investigating", and the incident is resolved since/);
  const clear = addDraft(state, { ...order(null), status: 'resolved' }, nowMs).id;
  expect(refusePublication(state, { draft: clear, by: person('bob') })).toBeNull();
});

describe('an incident that the status page shows as going on', () => {
  const publish = (state: ReturnType<typeof incident>, status: 'investigating' | 'resolved', atMs: number): void => {
    const draft = addDraft(state, { ...order(null), status }, atMs).id;
    approveDraft(state, { draft, by: person('bob') }, atMs);
    markPublished(state, draft, atMs);
  };

  it('does not end before its all-clear is published, since nothing could be published afterwards', () => {
    const state = incident();
    for (const to of ['closed', 'cancelled', 'merged'] as const) expect(refuseEndWhileShown(state, to)).toBeNull();
    publish(state, 'investigating', nowMs);
    for (const to of ['closed', 'cancelled', 'merged'] as const)
      expect(refuseEndWhileShown(state, to)).toMatch(/status page still says "investigating" of INC-2026-0302-001.*publish the all-clear/);
    expect(refuseEndWhileShown(state, 'resolved')).toBeNull();
    publish(state, 'resolved', nowMs + 1000);
    for (const to of ['closed', 'cancelled', 'merged'] as const) expect(refuseEndWhileShown(state, to)).toBeNull();
  });
});
