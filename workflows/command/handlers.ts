/** Handlers take what people ask for into the state at once, so that their answer is true; the loops see it and act. */
import { condition, setHandler } from '@temporalio/workflow';
import * as commands from '../../core/command/incident/commands.js';
import type { RecordEvent } from '../../core/command/incident/record-event.js';
import { triageMilestoneSignal } from '../kernel/messages.js';
import { refuseLink, spendLink } from '../../core/command/incident/links.js';
import { decideMitigation, refuseMitigation } from '../../core/command/incident/decide-mitigation.js';
import { approveDraft, refuseCorrected, refusePublication } from '../../core/command/incident/publications.js';
import type { UpdateDefinition } from '@temporalio/common';
import type { Reader } from '../../core/decisions/read-message.js';
import { onSignal, onUpdate } from '../kernel/on-message.js';
import type { CommandRun } from './command-run.js';
import { broadcast } from './deliver.js';
import { takeOver } from './merge.js';
import { hearRun } from './mitigations.js';
import { runReportSignal } from '../runbook/messages.js';
import { draftExternal, postInternal, publishDraft } from './publish.js';
import { hearMilestone, takeTriage } from './triages.js';
import {
  acceptCommandUpdate,
  acknowledgeIncident,
  addActionUpdate,
  addNoteUpdate,
  assignRoleUpdate,
  attachTriageSignal,
  closeActionUpdate,
  commandStateQuery,
  correctEventUpdate,
  decideMitigationUpdate,
  escalateUpdate,
  keepPostmortemUpdate,
  mergeIncidentUpdate,
  offerCommandUpdate,
  postUpdateUpdate,
  proposeMitigationsUpdate,
  publishUpdateUpdate,
  resolveIncidentUpdate,
  setSeverityUpdate,
  setStatusUpdate,
  takeOverSignal,
  type ByRequest,
  type Recorded,
} from './messages.js';
import { addAction, closeAction, keepPostmortem, refuseClosing } from '../../core/command/incident/follow-up.js';
import { registryKnows } from './held-services.js';
import {
  readAddAction,
  readBy,
  readCloseAction,
  readCorrection,
  readDecideMitigation,
  readEscalation,
  readHandOver,
  readMerge,
  readMilestone,
  readNote,
  readPostmortem,
  readPublication,
  readResolve,
  readRole,
  readRunReport,
  readSeverity,
  readStatus,
  readTakeOver,
  readTriageRef,
  readUpdate,
} from './read-messages.js';

/** An update of a person. A signed link that it came by is spent with it, so that neither a crash nor a second click uses it twice. */
function onPerson<T extends ByRequest, Answer>(
  run: CommandRun,
  definition: UpdateDefinition<Answer, [T]>,
  reader: Reader<T>,
  refuse: (value: T) => string | null,
  handle: (value: T) => Answer | Promise<Answer>,
  options: { description: string },
): void {
  onUpdate(
    definition,
    reader,
    // Who comes second hears who was first, before they hear of their link.
    (request) => refuse(request) ?? refuseLink(run.state, request.link, Date.now()),
    (request) => {
      spendLink(run.state, request.link, Date.now());
      return handle(request);
    },
    options,
  );
}

function recorded(run: CommandRun, event: RecordEvent | undefined, warning: string | null = null): Recorded {
  run.publish();
  return { event: event?.id ?? '', at: event?.at ?? '', warning };
}

function lastEvent(run: CommandRun): RecordEvent | undefined {
  return run.state.record.at(-1);
}

/** Before the first await, or an early update would be refused. */
export function registerHandlers(run: CommandRun): void {
  setHandler(commandStateQuery, () => run.state, { description: 'Everything the incident knows' });
  registerPeople(run);
  registerRecord(run);
  registerStanding(run);
  registerTriages(run);
  registerFollowUp(run);
}

function registerPeople(run: CommandRun): void {
  const { state } = run;
  const ended = (): string | null => commands.refuseOnEnded(state);
  onPerson(
    run,
    acknowledgeIncident,
    readBy,
    () => commands.refuseAcknowledgement(state),
    ({ by }) => {
      const answer = commands.acknowledge(state, by, Date.now());
      run.publish();
      if (answer.isFirst) broadcast(run, lastEvent(run)?.id ?? 'ack', { event: 'state', text: { inline: `acknowledged by ${by.person}` } });
      return answer;
    },
    { description: 'I am on it; stops the paging ladder' },
  );
  onPerson(
    run,
    assignRoleUpdate,
    readRole,
    ended,
    ({ role, person, by }) => {
      const warning = commands.giveRole(state, { role, person, state: 'assigned', by }, Date.now());
      return recorded(run, lastEvent(run), warning);
    },
    { description: 'Gives somebody a role' },
  );
  onPerson(
    run,
    offerCommandUpdate,
    readHandOver,
    ended,
    ({ to, by }) => {
      commands.offerCommand(state, to, by, Date.now());
      return recorded(run, lastEvent(run));
    },
    { description: 'Offers the command to somebody, who has ten minutes to accept it' },
  );
  onPerson(
    run,
    acceptCommandUpdate,
    readBy,
    ({ by }) => commands.refuseAccept(state, by.person, Date.now()),
    ({ by }) => {
      commands.acceptCommand(state, by, Date.now());
      return recorded(run, lastEvent(run));
    },
    { description: 'Takes the command that was offered' },
  );
  onPerson(
    run,
    escalateUpdate,
    readEscalation,
    ({ to, seen }) => commands.refuseEscalation(state, { to: to ?? null, seen: seen ?? null }, Date.now()),
    ({ to, seen, reason, by }) =>
      recorded(run, commands.escalate(state, { to: to ?? null, seen: seen ?? null, reason, by }, Date.now()) ?? undefined),
    { description: 'Pages the next level, or the one that is named, now' },
  );
}

function registerRecord(run: CommandRun): void {
  const { state } = run;
  onPerson(
    run,
    addNoteUpdate,
    readNote,
    () => commands.refuseOnEnded(state),
    ({ text, at, isPinned, isImport, by }) =>
      recorded(
        run,
        commands.addNote(state, { text, at: at ?? null, isPinned: isPinned ?? false, isImport: isImport ?? false, by }, Date.now()),
      ),
    { description: 'Adds a note to the timeline' },
  );
  onPerson(
    run,
    correctEventUpdate,
    readCorrection,
    ({ event }) => commands.refuseCorrection(state, event),
    ({ event, to, reason, by }) => recorded(run, commands.correctTime(state, { target: event, to, reason, by }, Date.now())),
    { description: 'Corrects when something happened; both times stay' },
  );
}

function registerStanding(run: CommandRun): void {
  const { state } = run;
  onPerson(
    run,
    setSeverityUpdate,
    readSeverity,
    ({ severity }) => commands.refuseOnEnded(state) ?? (severity === state.severity ? `the incident is ${severity} already` : null),
    ({ severity, reason, by }) => {
      const { event } = commands.setSeverity(state, { severity, reason, rule: 'person', evidence: [], by }, Date.now());
      broadcast(run, event.id, { event: 'severity', text: reason });
      return recorded(run, event);
    },
    { description: 'Sets the severity; ladders and cadence follow it' },
  );
  onPerson(
    run,
    setStatusUpdate,
    readStatus,
    ({ to, reason }) => commands.refuseStatus(state, { to, hasReason: reason !== undefined }, Date.now()),
    ({ to, reason, by }) => {
      const event = commands.setStatus(state, { to, reason: reason ?? null, by }, Date.now());
      broadcast(run, event.id, { event: to === 'resolved' ? 'resolved' : 'state', text: reason ?? { inline: `the incident is ${to}` } });
      return recorded(run, event);
    },
    { description: 'Sets the status' },
  );
  onPerson(
    run,
    postUpdateUpdate,
    readUpdate,
    ({ corrects }) => commands.refuseOnEnded(state) ?? (corrects === undefined ? null : refuseCorrected(state, corrects)),
    async (request) => {
      const { event, warning } =
        request.audience === 'internal'
          ? await postInternal(run, 'update', request.by, request.text)
          : await draftExternal(run, 'update', request);
      return recorded(run, event, warning);
    },
    { description: 'Posts an update, or drafts one for outside; without a text the record gives it' },
  );
  onPerson(
    run,
    publishUpdateUpdate,
    readPublication,
    (request) => refusePublication(state, request),
    async (request) => {
      const event = approveDraft(state, request, Date.now());
      return recorded(run, event, await publishDraft(run, request.draft));
    },
    { description: 'Approves a draft, which goes to the status page as it stands: {"draft": "T-12", "by": …}' },
  );
  onPerson(
    run,
    resolveIncidentUpdate,
    readResolve,
    () => commands.refuseStatus(state, { to: 'resolved', hasReason: true }, Date.now()),
    async ({ summary, by }) => {
      state.summary = summary;
      const event = commands.setStatus(state, { to: 'resolved', reason: summary, by }, Date.now());
      broadcast(run, event.id, { event: 'resolved', text: summary });
      const answer = recorded(run, event);
      await registryKnows(run);
      return answer;
    },
    { description: 'Resolves the incident, with a summary' },
  );
}

function registerFollowUp(run: CommandRun): void {
  const { state } = run;
  const ended = (): string | null => commands.refuseOnEnded(state);
  onPerson(
    run,
    addActionUpdate,
    readAddAction,
    ended,
    ({ owner, due, link: _, ...item }) => recorded(run, addAction(state, { ...item, owner: owner ?? null, due: due ?? null }, Date.now())),
    { description: 'Adds an action item, which is followed until it is done' },
  );
  onPerson(
    run,
    closeActionUpdate,
    readCloseAction,
    ({ action }) => ended() ?? refuseClosing(state, action),
    ({ action, to, evidence, by }) => recorded(run, closeAction(state, { id: action, to, evidence, by }, Date.now())),
    { description: 'Closes an action item, with what shows that it is done' },
  );
  onPerson(
    run,
    keepPostmortemUpdate,
    readPostmortem,
    ended,
    ({ path, by }) => recorded(run, keepPostmortem(state, { path, by }, Date.now())),
    { description: 'The postmortem was written; nobody is reminded of it any more' },
  );
}

function registerTriages(run: CommandRun): void {
  const { state } = run;
  const writer = {
    record: ({ text }: { text: string }): void => {
      commands.recordIgnored(state, text, Date.now());
    },
  };
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
    ({ into }) => commands.refuseMerge(state, into),
    ({ into, by }) => recorded(run, commands.mergeInto(state, into, by, Date.now())),
    { description: 'This incident is a duplicate of another one' },
  );
  registerMitigations(run, writer);
}

function registerMitigations(run: CommandRun, writer: Parameters<typeof onSignal>[0]): void {
  const { state } = run;
  onSignal(writer, runReportSignal, readRunReport, (report) => hearRun(run, report), {
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
