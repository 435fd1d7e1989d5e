/** Triages of the incident, and other incidents that are the same one. */
import * as commands from '../../../core/command/incident/commands.js';
import { refuseEndWhileShown } from '../../../core/command/incident/publications.js';
import { triageMilestoneSignal } from '../../kernel/messages.js';
import { onSignal } from '../../kernel/on-message.js';
import type { CommandRun } from '../command-run.js';
import { takeOver } from '../registry/merge.js';
import { hearMilestone, takeTriage } from '../triage/triages.js';
import { attachTriageSignal, mergeIncidentUpdate, takeOverSignal } from '../messages.js';
import { readMerge, readMilestone, readTakeOver, readTriageRef } from '../read-messages.js';
import { onPerson, recorded, unreadable } from './on-person.js';

export function registerTriages(run: CommandRun): void {
  const { state } = run;
  const writer = unreadable(run);
  onSignal(writer, attachTriageSignal, readTriageRef, (triage) => takeTriage(run, triage), {
    description: 'A triage belongs to this incident: {"workflowId": "…", "incidentId": "…", "endpoint": "service/endpoint"}',
  });
  onSignal(writer, triageMilestoneSignal, readMilestone, (milestone) => void hearMilestone(run, milestone), {
    description: 'Sent by a triage of this incident',
  });
  onSignal(writer, takeOverSignal, readTakeOver, (other) => takeOver(run, other), {
    description: 'Sent by an incident that merged into this one',
  });
  onPerson(
    run,
    mergeIncidentUpdate,
    readMerge,
    ({ into }) => commands.refuseMerge(state, into) ?? refuseEndWhileShown(state, 'merged'),
    ({ into, by }) => recorded(run, commands.mergeInto(state, into, by, Date.now())),
    { description: 'This incident is a duplicate of another one' },
  );
}
