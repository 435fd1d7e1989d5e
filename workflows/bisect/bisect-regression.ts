import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { BisectRequest } from '../../activities/bisect-contract.js';
import type { BisectAnswer, BisectMetric, BisectSummary } from '../../core/model/bisect.js';
import { bisecting, cleaning, measuring, tellingEnd } from './activity-options.js';
import { emptyAnswer, findCulprits } from './answer.js';
import { hostsUsed } from './hosts.js';
import type { BisectProgress, BisectStart } from './messages.js';
import { endPrebuilds } from './prebuild.js';
import { HistoryFull } from './search.js';
import { createBisectState, showBisect, type BisectState } from './state.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { onSignal, readStart } from '../kernel/on-message.js';
import { bisectEndedSignal, handOffEvidenceSignal } from '../respond/messages.js';
import { readBisectStart, readEvidence, warnIgnored, type EvidenceForSearch } from './read-messages.js';

/** The evidence follows the start within seconds; without it there is nothing to search for. */
const evidencePatience = '1 hour';

/** What a hand-off searches with when nobody chose: the budget of one night, and the smallest effect that a person would notice. */
const handOffDefaults = { minEffect: 1.2, budgetRuns: 120, budgetBuilds: null, budgetMinutes: 240 } as const;

export type BisectResult = BisectAnswer & Pick<BisectSummary, 'workflowId'>;

/**
 * Finds the commit that made an endpoint slow, with a stated confidence, or says why it cannot. It is started from the command line, or by an incident,
 * which sends the evidence as a signal. An incident abandons it as a child, because it may end long before.
 */
export async function bisectRegression(given: BisectStart): Promise<BisectResult> {
  const start = readStart(readBisectStart, given);
  const evidence = start.request === null ? await awaitEvidence(start) : null;
  const request = start.request ?? requestFrom(start, evidence);
  if (request === null) return await unsearched(start, reasonsWithout(evidence));
  const facts = start.carried?.facts ?? handedOver(evidence);
  const planned = await planSearch(request, start.progress);
  if (!planned.ok) {
    // A person who asked with a wrong name wants an error; an incident wants an answer.
    if (start.incidentId === null) throw ApplicationFailure.nonRetryable(planned.reason, 'RefusedError');
    return await unsearched(start, [planned.reason, ...facts]);
  }
  const state = createBisectState(request, planned.plan, { ...start, request });
  try {
    return await search(state, start, facts);
  } catch (error) {
    await endPrebuilds(state);
    const isFull = error instanceof HistoryFull;
    // A request to cancel is bound to this history and would be lost in the next one.
    if (isFull && !CancellationScope.current().consideredCancelled) return await continueLater(start, state, facts);
    // Leaves nothing behind, whatever went wrong or whoever cancelled it.
    await CancellationScope.nonCancellable(() => cleanUp(state));
    throw isFull ? new CancelledFailure('cancelled') : error;
  }
}

type Planned = Awaited<ReturnType<typeof bisecting.planBisect>>;

/** A search that continues has worktrees. They have to be removed even if its repository is gone by now. */
async function planSearch(request: BisectRequest, progress: BisectProgress | undefined): Promise<Planned> {
  const discard = (): Promise<void> => (progress === undefined ? Promise.resolve() : removeWorktrees(request, hostsUsed({ progress }), []));
  try {
    const summary = `commits of ${request.endpoint} between good and bad`;
    const planned = await bisecting.planBisect.executeWithOptions({ summary }, [request]);
    if (!planned.ok) await discard();
    return planned;
  } catch (error) {
    await CancellationScope.nonCancellable(discard);
    throw error;
  }
}

/** Keeps the ends as ids: HEAD may be another commit by now. */
async function continueLater(start: BisectStart, state: BisectState, facts: string[]): Promise<never> {
  const { request, plan, progress } = state;
  const fixed = { ...request, good: plan.commits[0] ?? request.good, bad: plan.commits.at(-1) ?? request.bad };
  await condition(allHandlersFinished);
  const { isPaused, isStopped, notes, absentUntilMs } = state;
  const carried = { isPaused, isStopped, notes, facts, absentUntilMs, load: plan.load };
  return await continueAsNew<typeof bisectRegression>({ ...start, request: fixed, progress, carried });
}

/** The answer comes first. What fails after it is told in its reasons and does not cost the answer. */
async function search(state: BisectState, start: BisectStart, facts: string[]): Promise<BisectResult> {
  showBisect(state, 'checking that good is good and bad is bad');
  const found = await withProfiles(state, await findCulprits(state));
  const withNotes = (): BisectAnswer => ({ ...found, reasons: [...found.reasons, ...state.notes, ...facts] });
  state.answer = withNotes();
  showBisect(state, `answered: ${found.outcome}; writing it down`);
  await sendAnswer(start, state.answer);
  await writeReport(state, state.answer);
  if (state.request.incidentId === null) await tellEnd(state.request, state.answer);
  showBisect(state, `answered: ${found.outcome}; cleaning up`);
  await cleanUp(state);
  const answer = withNotes();
  state.answer = answer;
  showBisect(state, `ended: ${answer.outcome}`);
  await condition(allHandlersFinished);
  return { ...answer, workflowId: workflowInfo().workflowId };
}

/**
 * Sends the answer to the incident that asked, by its workflow id. The incident may be in a later history by now, or have ended, which is not our failure.
 */
async function sendAnswer({ answerTo, incidentId }: BisectStart, answer: BisectAnswer): Promise<void> {
  if (answerTo === undefined || incidentId === null) return;
  const { outcome, culprit, range, posterior, effect, reasons } = answer;
  const summary = { outcome, culprit, range, posterior, effect, reasons, workflowId: workflowInfo().workflowId };
  try {
    await getExternalWorkflowHandle(answerTo).signal(bisectEndedSignal, { incidentId, summary });
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('nobody waits for the answer any more', { reason: describeFailure(error) });
  }
}

async function writeReport(state: BisectState, answer: BisectAnswer): Promise<void> {
  const { bisectId } = state.request;
  try {
    await bisecting.writeBisectReport.executeWithOptions({ summary: `report: ${answer.outcome}` }, [{ bisectId, answer }]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    state.notes.push(`no report could be written: ${describeFailure(error)}`);
  }
}

/** Notifies people that a search ended. An incident reports the answer itself; nobody watches a search that a person started alone. */
async function tellEnd({ bisectId, endpoint }: BisectRequest, answer: BisectAnswer): Promise<void> {
  try {
    const summary = `tell: the search ended, ${answer.outcome}`;
    await tellingEnd.notifyBisectEnd.executeWithOptions({ summary }, [{ bisectId, endpoint, answer }]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('notification failed', { reason: describeFailure(error) });
  }
}

/** Which function grew, for a culprit whose parent runs. It is only an addition: without a profile the answer stands. */
async function withProfiles(state: BisectState, answer: BisectAnswer): Promise<BisectAnswer> {
  const [parent, culprit] = answer.range ?? [];
  if (answer.outcome !== 'culprit' || parent === undefined || culprit === undefined || state.isStopped) return answer;
  showBisect(state, `profiling ${culprit.slice(0, 12)} and its parent`);
  const { bisectId, endpoint } = state.request;
  try {
    const summary = `what grew between ${parent.slice(0, 12)} and ${culprit.slice(0, 12)}`;
    const compared = await measuring(null).compareProfiles.executeWithOptions({ summary }, [
      { bisectId, endpoint, parent, culprit, load: state.plan.load },
    ]);
    if (compared === null) return answer;
    const { growth, summary: what, runs } = compared;
    return { ...answer, runs: answer.runs + runs, profileDiff: growth, reasons: [...answer.reasons, what] };
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { ...answer, reasons: [...answer.reasons, 'the profiles of culprit and parent could not be compared'] };
  }
}

/** Cleans up on every machine that took part. A machine that stays away keeps its worktrees, and the answer says so. */
async function cleanUp(state: BisectState): Promise<void> {
  await endPrebuilds(state);
  await removeWorktrees(state.request, hostsUsed(state), state.notes);
}

async function removeWorktrees({ bisectId, endpoint }: BisectRequest, hosts: string[], notes: string[]): Promise<void> {
  await Promise.all(
    (hosts.length > 0 ? hosts : [null]).map(async (host) => {
      const where = host === null ? '' : ` on ${host}`;
      try {
        await cleaning(host).cleanUpBisect.executeWithOptions({ summary: `remove worktrees${where}` }, [{ bisectId, endpoint }]);
      } catch (error) {
        if (isCancellation(error)) throw error;
        notes.push(`the worktrees${where} could not be removed: ${describeFailure(error)}`);
      }
    }),
  );
}

async function awaitEvidence(start: BisectStart): Promise<EvidenceForSearch | null> {
  const received: { evidence: EvidenceForSearch | null } = { evidence: null };
  onSignal({ record: warnIgnored }, handOffEvidenceSignal, readEvidence, (evidence) => void (received.evidence = evidence), {
    description: 'The evidence of the incident, sent by the responder',
  });
  setCurrentDetails(`Now: waiting for the evidence of ${start.incidentId ?? 'the incident'}`);
  await condition(() => received.evidence !== null, evidencePatience, { summary: `evidence of ${start.incidentId ?? 'the incident'}` });
  return received.evidence;
}

/** The search of an incident: defaults for everything, and the files that its causes name as hints. */
function requestFrom(start: BisectStart, evidence: EvidenceForSearch | null): BisectRequest | null {
  if (evidence?.repositoryConfigured !== true) return null;
  return {
    ...handOffDefaults,
    metric: metricOf(evidence),
    bisectId: workflowInfo().workflowId,
    endpoint: start.endpoint,
    good: null,
    bad: null,
    hints: { files: evidence.files },
    incidentId: start.incidentId,
  };
}

/** The budget that the incident is about: the broken one, latency first. */
function metricOf({ broken }: EvidenceForSearch): BisectMetric {
  if (broken.includes('p95') || broken.includes('p99')) return 'p95';
  if (broken.includes('p50')) return 'p50';
  return broken.includes('error-ratio') ? 'error-ratio' : 'p95';
}

function reasonsWithout(evidence: EvidenceForSearch | null): string[] {
  if (evidence === null) return ['no evidence was handed over'];
  return ['no repository is configured for this service: set repository (path, start, health) in the catalog', ...handedOver(evidence)];
}

function handedOver(evidence: EvidenceForSearch | null): string[] {
  return evidence === null ? [] : [`handed over by ${evidence.requestedBy}`, ...evidence.facts.map((fact) => `handed over: ${fact}`)];
}

async function unsearched(start: BisectStart, reasons: string[]): Promise<BisectResult> {
  setCurrentDetails(`Now: ended, inconclusive: ${reasons[0] ?? ''}`);
  const { workflowId } = workflowInfo();
  const answer = { ...emptyAnswer({ request: { metric: start.request?.metric ?? 'p95' }, progress: null }), reasons };
  await sendAnswer(start, answer);
  return { ...answer, workflowId };
}
