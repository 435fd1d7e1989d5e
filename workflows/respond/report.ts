import { CancellationScope, isCancellation, log } from '@temporalio/workflow';
import type { ArtifactRef, NotificationEvent } from '../../core/model/incident.js';
import { lastWord, light, notifying } from '../kernel/activity-options.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { addReason, enter, nowIso, type IncidentState } from './incident-state.js';
import { inStage } from './stage-rows.js';

function withoutReports(artifacts: readonly ArtifactRef[]): ArtifactRef[] {
  return artifacts.filter(({ kind }) => kind !== 'report');
}

/** Writes the report of what is known now; a newer one replaces it. A report that is refused (an uncited claim) leaves its reason. */
export async function report(state: IncidentState): Promise<void> {
  const sinceMs = Date.now() - Date.parse(state.incident.timing.acceptedAt);
  const isFirst = state.incident.timing.reportReadyMs === null;
  const { timing } = state.incident;
  const artifacts = withoutReports(state.incident.artifacts);
  const incident = { ...state.incident, artifacts, timing: isFirst ? { ...timing, reportReadyMs: sinceMs } : timing };
  const outcome = incident.outcome ?? 'open';
  try {
    const write = (): Promise<ArtifactRef[]> =>
      light.writeReport.executeWithOptions({ summary: `report: ${outcome}` }, [incident, state.evidence]);
    const written = await inStage(state, 'report', write, () => outcome);
    const reportReadyMs = isFirst ? Date.now() - Date.parse(timing.acceptedAt) : timing.reportReadyMs;
    state.incident = { ...incident, artifacts: [...artifacts, ...written], timing: { ...timing, reportReadyMs } };
  } catch (error) {
    if (isCancellation(error)) throw error;
    addReason(state, `no report could be written: ${describeFailure(error)}`);
  }
}

/** Tells people and does not wait for it: a dead receiver is no reason to stop. Ends silently when the workflow is cancelled meanwhile. */
export function tell(state: IncidentState, event: Exclude<NotificationEvent, 'ended'>, detail: string): void {
  notifying.notify
    .executeWithOptions({ summary: `tell: ${detail}` }, [state.incident, event])
    .catch((error: unknown) => log.warn('notification failed', { event, reason: describeFailure(error) }));
}

/** The last act of every incident. */
export async function end(state: IncidentState, why: string): Promise<void> {
  state.endedAt = nowIso();
  enter(state, 'ended', why);
  try {
    await lastWord.notify.executeWithOptions({ summary: `tell: ended, ${why}` }, [state.incident, 'ended']);
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('notification failed', { event: 'ended', reason: describeFailure(error) });
  }
}

/** Cancelled from outside: the load is gone by now; what is known is written down before the workflow ends as cancelled. */
export async function endCancelled(state: IncidentState): Promise<void> {
  await CancellationScope.nonCancellable(async () => {
    addReason(state, 'cancelled before it was finished');
    const outcome = state.incident.outcome ?? (state.incident.confirmation?.verdict === 'confirmed' ? 'inconclusive' : 'unproven');
    state.incident = { ...state.incident, outcome };
    await report(state);
    await end(state, 'cancelled');
  });
}
