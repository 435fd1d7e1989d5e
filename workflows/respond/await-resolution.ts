/** The patient part: one thing at a time until the incident is resolved, closed or too old. Every wait is one timer with a reason. */
import { condition, workflowInfo } from '@temporalio/workflow';
import { nextDeadline, type Deadline } from '../../core/decisions/escalation.js';
import { endsAtOnce } from '../../core/decisions/next-stage.js';
import { HistoryFull, shouldContinueLater } from './continue-later.js';
import { askBisector, handOff } from './hand-off.js';
import { addReason, type IncidentState } from './incident-state.js';
import type { ResolvedLoad } from './messages.js';
import { enter, isHumanNeeded, severityOf } from './publish.js';
import { followDecision, offerRemedy, withdrawRemedy } from './remedy.js';
import { report, tell } from './report.js';
import { rerun } from './rerun.js';

function hasNewBisect({ bisect, findings }: IncidentState): boolean {
  return bisect !== null && findings.bisect === null;
}

function hasWork(state: IncidentState): boolean {
  const isDecided = state.remedyPlan !== null && state.decision !== null;
  return state.closing !== null || isDecided || state.rerunRequests.length > 0 || state.handOffRequest !== null || hasNewBisect(state);
}

function deadlineOf(state: IncidentState): Deadline {
  const { remedyPlan, decision, waitingSinceMs, escalatedRungs, acknowledgedBy, bisect, askBisectorAtMs } = state;
  return nextDeadline({
    acceptedAtMs: Date.parse(state.startedAt),
    cutOffMs: workflowInfo().executionExpirationTime?.getTime() ?? null,
    waitingSinceMs: isHumanNeeded(state) ? waitingSinceMs : null,
    escalatedRungs,
    severity: severityOf(state),
    isAcknowledged: acknowledgedBy !== null,
    planExpiresAtMs: remedyPlan === null || decision !== null ? null : Date.parse(remedyPlan.expiresAt),
    askBisectorAtMs: bisect === null ? askBisectorAtMs : null,
  });
}

/** Returns the deadline that passed, or null when there is something to do. An acknowledgement moves the next deadline, so it ends the sleep, too. */
async function sleepUntilWork(state: IncidentState): Promise<Deadline | null> {
  const deadline = deadlineOf(state);
  const acknowledged = state.acknowledgedBy;
  const isWoken = (): boolean => hasWork(state) || state.acknowledgedBy !== acknowledged || shouldContinueLater(state);
  const woken = await condition(isWoken, Math.max(deadline.atMs - Date.now(), 1), { summary: deadline.summary });
  return woken ? null : deadline;
}

/** Returns why the incident ends, or null when it continues. */
async function actOnDeadline(state: IncidentState, deadline: Deadline): Promise<string | null> {
  switch (deadline.kind) {
    case 'age-limit':
      return 'seven days old, ended by itself';
    case 'plan-expires':
      withdrawRemedy(state);
      return null;
    case 'ask-bisector':
      await askBisector(state);
      return null;
    case 'escalate':
      state.escalatedRungs += 1;
      state.timeline.record({ kind: 'escalated', level: deadline.level, text: `escalated to ${deadline.level}` });
      tell(state, 'needs-human', `escalated to ${deadline.level}`);
      return null;
  }
}

/** Takes the most urgent of the requests. Returns why the incident ends, or null. */
async function actOnWish(state: IncidentState, resolved: ResolvedLoad): Promise<string | null> {
  if (state.closing !== null)
    return `closed by ${state.closing.by ?? 'a signal'}${state.closing.reason === undefined ? '' : `: ${state.closing.reason}`}`;
  const { remedyPlan } = state;
  if (remedyPlan !== null && state.decision !== null) {
    const proof = { by: 'responder', reason: 'proof of the remedy', requestId: `proof-${remedyPlan.planId}` };
    if (await followDecision(state, remedyPlan)) state.rerunRequests.unshift(proof);
    return null;
  }
  // It stays in the queue while it runs, so that the same request is recognised when it is sent again.
  const [request] = state.rerunRequests;
  if (request !== undefined) {
    await rerun(state, resolved, request);
    state.rerunRequests.shift();
    if (state.findings.outcome === 'resolved') return 'resolved';
    if (state.remedyPlan === null) await offerRemedy(state, resolved);
    return null;
  }
  if (state.handOffRequest !== null) {
    const wanted = state.handOffRequest;
    state.handOffRequest = null;
    await handOff(state, wanted);
    return null;
  }
  if (hasNewBisect(state)) await adoptBisect(state);
  return null;
}

async function adoptBisect(state: IncidentState): Promise<void> {
  const { bisect, findings, timeline } = state;
  if (bisect === null) return;
  state.findings = { ...findings, bisect };
  const { workflowId, outcome, culprit } = bisect;
  const text = `the bisector answered: ${outcome}${culprit === null ? '' : ` ${culprit.commit.slice(0, 12)} ${culprit.subject}`}`;
  timeline.record({ kind: 'bisect-answer', bisectId: workflowId, outcome, commit: culprit?.commit ?? null, source: 'bisector', text });
  await report(state);
  tell(state, 'bisect-ended', `the bisector answered: ${outcome}`);
}

function waitsFor({ findings, handedOffTo }: IncidentState): string {
  const outcome = findings.outcome ?? 'open';
  return handedOffTo === null || findings.bisect !== null
    ? `${outcome}: waiting for a re-run, a decision or the end`
    : `${outcome}: waiting for the commit bisector ${handedOffTo}, a re-run, a decision or the end`;
}

/**
 * Waits for re-runs, decisions and hand-offs. Returns why the incident ended. Throws HistoryFull between two of them when the server asks for a new
 * history.
 */
export async function awaitResolution(state: IncidentState, resolved: ResolvedLoad): Promise<string> {
  if (state.waitingSinceMs === null) {
    await offerRemedy(state, resolved);
    state.waitingSinceMs = Date.now();
  }
  for (;;) {
    const { outcome } = state.findings;
    if (outcome !== null && endsAtOnce(outcome)) return outcome;
    if (shouldContinueLater(state)) throw new HistoryFull('continue as new');
    if (!hasWork(state)) enter(state, 'waiting', waitsFor(state));
    const deadline = hasWork(state) ? null : await sleepUntilWork(state);
    const ending = deadline === null ? await actOnWish(state, resolved) : await actOnDeadline(state, deadline);
    if (ending === null) continue;
    addReason(state, `the incident ended: ${ending}`);
    return ending;
  }
}
