/** The patient part: one thing at a time until the incident is resolved, closed or too old. Every wait is one timer with a reason. */
import { condition } from '@temporalio/workflow';
import { nextDeadline, type Deadline } from '../../core/decisions/escalation.js';
import { endsAtOnce } from '../../core/decisions/next-stage.js';
import { addReason, enter, isHumanNeeded, publish, severityOf, type IncidentState, type ResolvedLoad } from './incident-state.js';
import { handOff } from './hand-off.js';
import { followDecision, offerRemedy, withdrawRemedy } from './remedy.js';
import { report, tell } from './report.js';
import { rerun } from './rerun.js';

function hasWork(state: IncidentState): boolean {
  const isDecided = state.remedyPlan !== null && state.decision !== null;
  const hasNewBisect = state.bisect !== null && state.incident.bisect === null;
  return state.closing !== null || isDecided || state.rerunRequests.length > 0 || state.handOffRequest !== null || hasNewBisect;
}

function deadlineOf(state: IncidentState): Deadline {
  const { remedyPlan, decision, waitingSinceMs, escalatedRungs, acknowledgedBy } = state;
  return nextDeadline({
    acceptedAtMs: Date.parse(state.startedAt),
    waitingSinceMs: isHumanNeeded(state) ? waitingSinceMs : null,
    escalatedRungs,
    severity: severityOf(state),
    isAcknowledged: acknowledgedBy !== null,
    planExpiresAtMs: remedyPlan === null || decision !== null ? null : Date.parse(remedyPlan.expiresAt),
  });
}

/** Returns the deadline that passed, or null when there is something to do. An acknowledgement moves the next deadline, so it wakes too. */
async function sleepUntilWork(state: IncidentState): Promise<Deadline | null> {
  const deadline = deadlineOf(state);
  const acknowledged = state.acknowledgedBy;
  const isWoken = (): boolean => hasWork(state) || state.acknowledgedBy !== acknowledged;
  const woken = await condition(isWoken, Math.max(deadline.atMs - Date.now(), 1), { summary: deadline.summary });
  return woken ? null : deadline;
}

/** Returns why the incident ends, or null when it goes on. */
function actOnDeadline(state: IncidentState, deadline: Deadline): string | null {
  switch (deadline.kind) {
    case 'age-limit':
      return 'seven days old, ended by itself';
    case 'plan-expires':
      withdrawRemedy(state);
      return null;
    case 'escalate':
      state.escalatedRungs += 1;
      tell(state, 'needs-human', `escalated to ${deadline.level}`);
      return null;
  }
}

/** Takes the most urgent wish of those that came in. Returns why the incident ends, or null. */
async function actOnWish(state: IncidentState, resolved: ResolvedLoad): Promise<string | null> {
  if (state.closing !== null)
    return `closed by ${state.closing.by ?? 'a signal'}${state.closing.reason === undefined ? '' : `: ${state.closing.reason}`}`;
  const { remedyPlan } = state;
  if (remedyPlan !== null && state.decision !== null) {
    const proof = { by: 'responder', reason: 'proof of the remedy', requestId: `proof-${remedyPlan.planId}` };
    if (await followDecision(state, remedyPlan)) state.rerunRequests.unshift(proof);
    return null;
  }
  // It stays in the queue while it runs, so that the same request sent again is known.
  const [request] = state.rerunRequests;
  if (request !== undefined) {
    await rerun(state, resolved, request);
    state.rerunRequests.shift();
    if (state.incident.outcome === 'resolved') return 'resolved';
    if (state.remedyPlan === null) await offerRemedy(state, resolved);
    return null;
  }
  if (state.handOffRequest !== null) {
    const wanted = state.handOffRequest;
    state.handOffRequest = null;
    await handOff(state, wanted);
    return null;
  }
  if (state.bisect !== null) {
    state.incident = { ...state.incident, bisect: state.bisect };
    await report(state);
    tell(state, 'bisect-ended', `the bisector answered: ${state.bisect.outcome}`);
  }
  return null;
}

function waitsFor({ incident, handedOffTo }: IncidentState): string {
  const outcome = incident.outcome ?? 'open';
  return handedOffTo === null || incident.bisect !== null
    ? `${outcome}: waiting for a re-run, a decision or the end`
    : `${outcome}: waiting for the commit bisector ${handedOffTo}, a re-run, a decision or the end`;
}

/** Waits for re-runs, decisions and hand-offs. Returns why the incident ended. */
export async function awaitResolution(state: IncidentState, resolved: ResolvedLoad): Promise<string> {
  await offerRemedy(state, resolved);
  state.waitingSinceMs = Date.now();
  for (;;) {
    const { outcome } = state.incident;
    if (outcome !== null && endsAtOnce(outcome)) return outcome;
    if (!hasWork(state)) enter(state, 'waiting', waitsFor(state));
    const deadline = hasWork(state) ? null : await sleepUntilWork(state);
    const ending = deadline === null ? await actOnWish(state, resolved) : actOnDeadline(state, deadline);
    if (ending !== null) {
      addReason(state, `the incident ended: ${ending}`);
      publish(state);
      return ending;
    }
  }
}
