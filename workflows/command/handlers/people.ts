/** Who is on it: acknowledgement, roles, the command, escalation. */
import * as commands from '../../../core/command/incident/commands.js';
import type { CommandRun } from '../command-run.js';
import { broadcast } from '../deliver.js';
import { acceptCommandUpdate, acknowledgeIncident, assignRoleUpdate, escalateUpdate, offerCommandUpdate } from '../messages.js';
import { readBy, readEscalation, readHandOver, readRole } from '../read-messages.js';
import { onPerson, recorded, lastEvent } from './on-person.js';

export function registerPeople(run: CommandRun): void {
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
