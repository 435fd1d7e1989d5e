/** What people add to the record, and correct in it. */
import * as commands from '../../../core/command/incident/commands.js';
import type { CommandRun } from '../command-run.js';
import { addNoteUpdate, correctEventUpdate } from '../messages.js';
import { readCorrection, readNote } from '../read-messages.js';
import { onPerson, recorded } from './on-person.js';

export function registerRecord(run: CommandRun): void {
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
