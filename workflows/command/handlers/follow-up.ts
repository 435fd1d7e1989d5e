/** What was promised after the incident. */
import * as commands from '../../../core/command/incident/commands.js';
import type { CommandRun } from '../command-run.js';
import { addAction, closeAction, keepPostmortem, refuseClosing } from '../../../core/command/incident/follow-up.js';
import { addActionUpdate, closeActionUpdate, keepPostmortemUpdate } from '../messages.js';
import { readAddAction, readCloseAction, readPostmortem } from '../read-messages.js';
import { onPerson, recorded } from './on-person.js';

export function registerFollowUp(run: CommandRun): void {
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
