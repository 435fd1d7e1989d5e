import { getExternalWorkflowHandle, log } from '@temporalio/workflow';
import { describeFailure } from '../kernel/describe-failure.js';
import { runReportSignal, type RunReport } from './messages.js';
import type { Run } from './run.js';

/** Sends to the incident by its workflow id alone, because its history may have continued as new. A run does not depend on its listeners. */
export async function tellIncident({ state }: Run, report: Omit<RunReport, 'runId'>): Promise<void> {
  const { incidentId, runId } = state.start;
  if (incidentId === null) return;
  try {
    await getExternalWorkflowHandle(incidentId).signal(runReportSignal, { runId, ...report });
  } catch (error) {
    log.warn('the incident of the run is gone', { incidentId, reason: describeFailure(error) });
  }
}
