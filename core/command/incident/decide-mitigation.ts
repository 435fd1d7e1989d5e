import { record, type CommandState } from './command-state.js';
import { refuseOnEnded } from './commands.js';
import type { Actor, RecordEvent } from './record-event.js';

export interface MitigationDecision {
  planId: string;
  decision: 'approve' | 'reject';
  by: Actor;
}

/** Why a decision comes too late or is none; null: it counts. A plan is decided once, and whoever comes second hears who was first. */
export function refuseMitigation(state: CommandState, { planId }: Pick<MitigationDecision, 'planId'>): string | null {
  const plan = state.mitigations.find((one) => one.planId === planId);
  if (plan === undefined) return `the incident has no plan ${planId}; incident propose ID lists them`;
  if (plan.state === 'proposed') return refuseOnEnded(state);
  const decided = state.record.findLast(
    ({ kind, data }) => kind === 'mitigation' && data['planId'] === planId && data['decision'] !== undefined,
  );
  return decided?.by == null
    ? `the plan is ${plan.state} already`
    : `${decided.by.person} decided already (${String(decided.data['decision'])}, ${decided.at})`;
}

export function decideMitigation(state: CommandState, { planId, decision, by }: MitigationDecision, nowMs: number): RecordEvent {
  const to = decision === 'approve' ? 'approved' : 'rejected';
  state.mitigations = state.mitigations.map((plan) => (plan.planId === planId ? { ...plan, state: to } : plan));
  return record(state, { kind: 'mitigation', text: `${to}: ${planId}`.slice(0, 200), by, data: { planId, decision } }, nowMs);
}
