import { isSamePerson } from '../../model/same-person.js';

/** What a person says about a proposed remedy. `by` is as given: the caller authenticates, not the workflow. */
export interface RemedyDecision {
  planId: string;
  decision: 'approve' | 'reject';
  by: string;
  reason?: string;
  /** How it was proven who decides; absent = it was not. */
  proof?: IdentityProof;
}

/** `token`: a person's own token; `proxy`: a trusted proxy in front of the hook said so; `unverified`: as given, on somebody's word. */
export const identityProofs = ['token', 'proxy', 'unverified'] as const;
export type IdentityProof = (typeof identityProofs)[number];

export interface ApprovalState {
  plan: { planId: string; expiresAt: string; approval?: 'other-than-requester' } | null;
  /** Who asked for the triage or a re-run of it. */
  requesters: readonly string[];
  decided: { planId: string; decision: string; by: string } | null;
  nowMs: number;
}

/**
 * Why a decision cannot be taken, or null when it can. An approval is bound to the content of one plan: a plan that changed meanwhile has
 * another id. Runs inside a workflow, so the input is checked by hand here.
 */
export function refuseDecision(decision: RemedyDecision, state: ApprovalState): string | null {
  const { planId, decision: verdict, by } = decision as Partial<Record<keyof RemedyDecision, unknown>>;
  if (typeof by !== 'string' || by.trim() === '')
    return 'by is missing: expected who decides, e.g. {"planId": "…", "decision": "approve", "by": "ada"}';
  if (verdict !== 'approve' && verdict !== 'reject') return `decision: expected "approve" or "reject", got ${JSON.stringify(verdict)}`;
  if (state.decided !== null && state.decided.planId === planId)
    return `plan ${short(state.decided.planId)} is decided already: ${state.decided.decision} by ${state.decided.by}`;
  if (state.plan === null) return 'no remedy waits for a decision; the status shows what the incident waits for';
  if (planId !== state.plan.planId)
    return `planId: expected ${state.plan.planId} (the plan on the table), got ${JSON.stringify(planId)}; read the plan again before deciding`;
  if (state.plan.approval === 'other-than-requester' && verdict === 'approve' && state.requesters.some((one) => isSamePerson(one, by)))
    return `${by} asked for this triage or its re-run: the catalog wants the approval of somebody else (approval: other-than-requester)`;
  if (Date.parse(state.plan.expiresAt) <= state.nowMs)
    return `plan ${short(planId)} expired at ${state.plan.expiresAt}; send rerunConfirmation, which makes a fresh plan when the symptom is still there`;
  return null;
}

function short(planId: string): string {
  return planId.slice(0, 12);
}
