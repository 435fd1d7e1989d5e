/** The triages of an incident are workflows of their own, and neither ends the other. Their milestones become events. */
import { condition, getExternalWorkflowHandle, startChild } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { attachTriage, takeMilestone, type MilestoneOrder, type TriageRef } from '../../../core/command/incident/take-milestone.js';
import { setStatus } from '../../../core/command/incident/commands.js';
import { isOpen } from '../../../core/command/incident/incident-status.js';
import { describeFailure } from '../../kernel/describe-failure.js';
import { incidentsQueue } from '../../kernel/task-queues.js';
import { incidentIdOf } from '../../respond/incident-id.js';
import { reportToSignal } from '../../respond/messages.js';
import type { respondToIncident } from '../../respond/respond-to-incident.js';
import { perfEndpoint, perfNeedsHuman, perfPhase, perfService } from '../../respond/search-attributes.js';
import { reading } from '../activity-options.js';
import { note, type CommandRun } from '../command-run.js';
import { broadcast } from '../deliver.js';

/** Asks a triage for its milestones, including those so far. A triage that has ended tells nothing more. */
export async function listenTo(run: CommandRun, workflowId: string): Promise<void> {
  await getExternalWorkflowHandle(workflowId)
    .signal(reportToSignal, { workflowId: run.state.declaration.incidentId })
    .catch((error: unknown) =>
      note(run, { kind: 'triage', text: `${workflowId} does not report: ${describeFailure(error)}`.slice(0, 200) }),
    );
}

/** A triage of the same service belongs to this incident, even when people thought that it was over. */
export function takeTriage(run: CommandRun, triage: TriageRef): void {
  const { state } = run;
  if (!attachTriage(state, triage, Date.now())) return;
  if (state.status === 'resolved') {
    const event = setStatus(
      state,
      { to: 'investigating', reason: 'a triage of the same service began: it is not over', by: null },
      Date.now(),
    );
    broadcast(run, event.id, { event: 'state', text: event.text });
  }
  run.publish();
}

/** A milestone that comes with the start waits for the rules: without them nothing is critical. */
export async function hearMilestone(run: CommandRun, milestone: MilestoneOrder): Promise<void> {
  const { state } = run;
  await condition(() => run.isReady);
  const wasOpen = isOpen(state.status);
  const { severity, status } = takeMilestone(state, milestone, Date.now());
  if (milestone.event.kind === 'diagnosis' && wasOpen) run.proposalsWanted += 1;
  if (severity !== null && wasOpen) broadcast(run, severity.event.id, { event: 'severity', text: severity.event.text });
  const last = state.record.at(-1);
  if (status !== null && last !== undefined) broadcast(run, last.id, { event: 'state', text: last.text });
  run.publish();
}

/** A triage may outlive the incident; the server ends it after eight days. */
const longestTriage = '8 days';

/** Starts the triage of one endpoint as a child; one that is open already is asked to report instead. */
async function startTriage(run: CommandRun, key: string): Promise<void> {
  const { incidentId } = run.state.declaration;
  try {
    const { workflowId, endpoint, service } = await reading.planTriage.executeWithOptions({ summary: `triage of ${key}` }, [
      { endpoint: key },
    ]);
    const begin = async (): Promise<TriageRef> => {
      const acceptedAt = new Date(Date.now()).toISOString();
      const child = await startChild<typeof respondToIncident>('respondToIncident', {
        workflowId,
        taskQueue: incidentsQueue,
        args: [{ endpoint, symptom: null, acceptedAt, options: {} }],
        parentClosePolicy: 'ABANDON',
        workflowExecutionTimeout: longestTriage,
        staticSummary: `${endpoint} for ${incidentId}`.slice(0, 180),
        typedSearchAttributes: [
          { key: perfService, value: service },
          { key: perfEndpoint, value: endpoint },
          { key: perfPhase, value: 'accepted' },
          { key: perfNeedsHuman, value: false },
        ],
      });
      return { workflowId, incidentId: incidentIdOf(workflowId, child.firstExecutionRunId), endpoint };
    };
    const triage = await begin().catch(async (error: unknown): Promise<TriageRef> => {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      await listenTo(run, workflowId);
      return { workflowId, incidentId: null, endpoint };
    });
    takeTriage(run, triage);
  } catch (error) {
    note(run, { kind: 'triage', text: `no triage of ${key}: ${describeFailure(error)}`.slice(0, 200), data: { endpoint: key } });
  }
}

export async function startTriages(run: CommandRun): Promise<void> {
  await Promise.all([...new Set(run.state.declaration.endpoints)].map((endpoint) => startTriage(run, endpoint)));
}
