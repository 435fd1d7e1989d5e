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
