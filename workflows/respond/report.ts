import { CancellationScope, condition, isCancellation, log } from '@temporalio/workflow';
import type { ArtifactRef } from '../../core/model/artifact.js';
import type { NotificationEvent } from '../../core/model/notification.js';
import { lastWord, light, notifying } from '../kernel/activity-options.js';
import { inStage } from '../kernel/board.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { addReason, documentOf, nowIso, type IncidentState } from './incident-state.js';
import { enter } from './publish.js';

function withoutReports(artifacts: readonly ArtifactRef[]): ArtifactRef[] {
  return artifacts.filter(({ kind }) => kind !== 'report');
}

/** Writes the report of what is known now; a newer one replaces it. If a report is refused (an uncited claim), the record has the reason. */
export async function report(state: IncidentState): Promise<void> {
  const { timing } = state.findings;
  const sinceMs = Date.now() - Date.parse(timing.acceptedAt);
  const isFirst = timing.reportReadyMs === null;
  const artifacts = withoutReports(state.findings.artifacts);
  state.findings = { ...state.findings, artifacts };
  const incident = { ...documentOf(state), timing: isFirst ? { ...timing, reportReadyMs: sinceMs } : timing };
  const outcome = incident.outcome ?? 'open';
  try {
    const write = (): Promise<ArtifactRef[]> =>
      light.writeReport.executeWithOptions({ summary: `report: ${outcome}` }, [incident, state.evidence]);
    const written = await inStage(state.kernel, 'report', write, () => outcome);
    const reportReadyMs = isFirst ? Date.now() - Date.parse(timing.acceptedAt) : timing.reportReadyMs;
    state.findings = { ...state.findings, artifacts: [...artifacts, ...written], timing: { ...timing, reportReadyMs } };
    const told = written.map(({ name, path }) => ({ name, path }));
    if (isFirst) state.timeline.record({ kind: 'report-ready', artifacts: told, text: `the report is ready: ${outcome}` });
  } catch (error) {
    if (isCancellation(error)) throw error;
    addReason(state, `no report could be written: ${describeFailure(error)}`);
  }
}

/** Notifies people and does not wait: a dead receiver is no reason to stop. Ends silently if the workflow is cancelled meanwhile. */
export function tell(state: IncidentState, event: Exclude<NotificationEvent, 'ended'>, detail: string): void {
  state.untold += 1;
  notifying.notify
    .executeWithOptions({ summary: `tell: ${detail}` }, [documentOf(state), event])
    .catch((error: unknown) => log.warn('notification failed', { event, reason: describeFailure(error) }))
    .finally(() => (state.untold -= 1));
}

/** Notifications that are still under way get this long; they would be lost with the workflow. */
const lastTellingPatience = '20s';

/** The last act of every incident. */
export async function end(state: IncidentState, why: string): Promise<void> {
  state.endedAt = nowIso();
  enter(state, 'ended', why);
  state.timeline.record({ kind: 'ended', outcome: state.findings.outcome, text: why });
  try {
    await lastWord.notify.executeWithOptions({ summary: `tell: ended, ${why}` }, [documentOf(state), 'ended']);
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('notification failed', { event: 'ended', reason: describeFailure(error) });
  }
  if (state.untold > 0)
    await condition(() => state.untold === 0, lastTellingPatience, { summary: 'notifications that are still on their way' });
}

/** Cancelled from outside: the load is gone by now. What is known is written down before the workflow ends as cancelled. */
export async function endCancelled(state: IncidentState): Promise<void> {
  await CancellationScope.nonCancellable(async () => {
    state.isEnding = true;
    addReason(state, 'cancelled before it was finished');
    const { outcome, confirmation } = state.findings;
    state.findings = { ...state.findings, outcome: outcome ?? (confirmation?.verdict === 'confirmed' ? 'inconclusive' : 'unproven') };
    await report(state);
    await end(state, 'cancelled');
  });
}
