import { expect, it } from 'vitest';
import { createCommandState } from '../../../../core/command/incident/create-state.js';
import { statusDocument } from '../../../../core/command/incident/status-document.js';
import { takeMilestone, type MilestoneOrder } from '../../../../core/command/incident/take-milestone.js';
import { unknownPolicy } from '../../../../core/command/incident/policy.js';

const declaredAt = '2026-03-02T14:32:00.000Z';
const receivedAt = '2026-03-02T14:30:00.000Z';

function declared() {
  const nothing = { impact: null, severity: null, severityRule: null, endpoints: [] };
  const by = { person: 'perf-responder', proof: 'trusted-proxy' } as const;
  const onset = { at: '2026-03-02T14:26:00.000Z', uncertaintyS: 15 };
  return createCommandState(
    { incidentId: 'INC-2026-0302-001', title: { inline: 'slow' }, services: ['shop'], declaredAt, onset, by, ...nothing },
    unknownPolicy,
  );
}

const milestone = (id: string, over: Partial<MilestoneOrder> = {}): MilestoneOrder => ({
  ...{ workflowId: 'perf-shop-pay', incidentId: 'perf-shop-pay-1', endpoint: 'shop/pay' },
  event: { id, at: receivedAt, kind: 'accepted', source: 'responder', text: 'accepted', evidence: [] },
  ...over,
});

it('the alert that a triage began with is the detection of its incident, once', () => {
  const state = declared();
  const nowMs = Date.parse(declaredAt);
  const alert = { source: 'alertmanager', receivedAt };
  takeMilestone(state, milestone('t1', { alert }), nowMs);
  takeMilestone(state, milestone('t2', { alert }), nowMs);
  const { timeline, times } = statusDocument(state, () => '', nowMs);
  const alerts = timeline.filter(({ kind }) => kind === 'alert');
  expect(alerts).toMatchObject([{ at: receivedAt, source: 'alert', text: 'alertmanager: alert of shop/pay' }]);
  expect(times.ttd).toMatchObject({ seconds: 240, to: receivedAt });
});

it('a triage that a person asked for tells of no alert', () => {
  const state = declared();
  takeMilestone(state, milestone('t1'), Date.parse(declaredAt));
  expect(state.record.some(({ kind }) => kind === 'alert')).toBe(false);
});
