import { isSamePerson } from '../../model/same-person.js';
import { record, type CommandState } from './command-state.js';
import { refuseOnEnded } from './commands.js';
import type { Actor, RecordEvent } from './record-event.js';

export interface MitigationDecision {
  planId: string;
  decision: 'approve' | 'reject';
  by: Actor;
  /** Of what whoever decides has seen; another one is stale. */
  digest?: string;
}

/** Why a decision comes too late or is none; null: it counts. A plan is decided once, and whoever comes second hears who was first. */
export function refuseMitigation(state: CommandState, { planId, decision, by, digest }: MitigationDecision): string | null {
  const plan = state.mitigations.find((one) => one.planId === planId);
  if (plan === undefined) return `the incident has no plan ${planId}; incident propose ID lists them`;
  if (plan.state !== 'proposed') return alreadyDecided(state, planId, plan.state);
  if (digest !== undefined && digest !== plan.digest)
    return `stale: what ${planId} would run has changed since you saw it (it is now ${plan.digest.slice(0, 12)}, you saw ${digest.slice(0, 12)}); look again`;
  if (decision === 'approve' && isSamePerson(by.person, state.declaration.by.person)) {
    if (state.policy.approval === 'other-than-requester')
      return `${by.person} declared this incident: the catalog wants the approval of somebody else (approval: other-than-requester)`;
    if (plan.risk === 'high')
      return `${by.person} declared this incident, and ${plan.runbook} is of high risk: two other people approve it`;
  }
  return refuseOnEnded(state);
}

function alreadyDecided(state: CommandState, planId: string, now: string): string {
  const decided = state.record.findLast(
    ({ kind, data }) => kind === 'mitigation' && data['planId'] === planId && data['decision'] !== undefined,
  );
  return decided?.by == null
    ? `the plan is ${now} already`
    : `${decided.by.person} decided already (${String(decided.data['decision'])}, ${decided.at})`;
}

export function decideMitigation(state: CommandState, { planId, decision, by }: MitigationDecision, nowMs: number): RecordEvent {
  const to = decision === 'approve' ? ({ state: 'approved', approvedBy: by } as const) : ({ state: 'rejected' } as const);
  state.mitigations = state.mitigations.map((plan) => (plan.planId === planId ? { ...plan, ...to } : plan));
  return record(state, { kind: 'mitigation', text: `${to.state}: ${planId}`.slice(0, 200), by, data: { planId, decision } }, nowMs);
}
