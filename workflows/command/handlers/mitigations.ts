/** Mitigations: proposed, decided on, run. */
import * as commands from '../../../core/command/incident/commands.js';
import { condition } from '@temporalio/workflow';
import { decideMitigation, refuseMitigation } from '../../../core/command/incident/decide-mitigation.js';
import { onSignal } from '../../kernel/on-message.js';
import type { CommandRun } from '../command-run.js';
import { broadcast } from '../deliver.js';
import { hearRun } from '../triage/mitigations.js';
import { runReportSignal } from '../../runbook/messages.js';
import { decideMitigationUpdate, proposeMitigationsUpdate } from '../messages.js';
import { readBy, readDecideMitigation, readRunReport } from '../read-messages.js';
import { onPerson, recorded, unreadable } from './on-person.js';

export function registerMitigations(run: CommandRun): void {
  const { state } = run;
  onSignal(unreadable(run), runReportSignal, readRunReport, (report) => hearRun(run, report), {
    description: 'Sent by a run of a runbook that belongs to this incident',
  });
  onPerson(
    run,
    proposeMitigationsUpdate,
    readBy,
    () => commands.refuseOnEnded(state),
    async () => {
      const wanted = (run.proposalsWanted += 1);
      await condition(() => run.isLeaving || run.proposalsMade >= wanted);
      return { proposed: state.mitigations.filter((plan) => plan.state === 'proposed').length };
    },
    { description: 'Looks again and proposes what the evidence asks for; changes nothing' },
  );
  onPerson(
    run,
    decideMitigationUpdate,
    readDecideMitigation,
    (request) => refuseMitigation(state, request),
    (request) => {
      const event = decideMitigation(state, request, Date.now());
      broadcast(run, event.id, { event: 'state', text: event.text });
      return recorded(run, event);
    },
    { description: 'Approves or rejects a proposed mitigation: {"planId": "…", "decision": "approve", "by": …}' },
  );
}
