import { readFile, stat } from 'node:fs/promises';
import type { Actor } from '../../../core/command/incident/record-event.js';
import { missingInNotes, parseNotes, type NoteEvent, type UnparsedLine } from '../../../core/command/postmortem/notes.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import { addNoteUpdate } from '../../../workflows/command/messages.js';
import type { CommandClient } from '../../temporal/command-client.js';
import { sha } from '../document-file.js';

/** Far more than people write by hand, and far less than the record of an incident can take. */
const limits = { bytes: 1_000_000, events: 500 } as const;

export interface ImportedNotes {
  /** Events that are now in the record and were not before. */
  imported: number;
  known: number;
  unparsed: UnparsedLine[];
}

async function readNotes(file: string): Promise<string> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw new UnreadableInputError(`--from-notes: expected a file, got ${file}: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (size > limits.bytes) throw new UnreadableInputError(`--from-notes: expected at most ${limits.bytes} bytes, got ${size} in ${file}`);
  return readFile(file, 'utf8');
}

/** Refuses notes in which nothing can be read, or whose day is unknown. Single lines that cannot be read are listed instead. */
function parsed(text: string, file: string): { events: NoteEvent[]; unparsed: UnparsedLine[] } {
  const notes = parseNotes(text);
  const missing = missingInNotes(notes);
  if (missing !== null) throw new UnreadableInputError(`--from-notes: ${missing}, in ${file}`);
  if (notes.events.length === 0)
    throw new UnreadableInputError(`--from-notes: expected lines such as "14:25 - alert fired", got none in ${file}`);
  if (notes.events.length > limits.events)
    throw new UnreadableInputError(
      `--from-notes: expected at most ${limits.events} events, got ${notes.events.length} in ${file}; import what matters`,
    );
  return notes;
}

/** Adds the events of notes to the record of an incident. Importing the same notes again adds nothing. */
export async function importNotes(incidents: CommandClient, id: string, file: string, by: Actor): Promise<ImportedNotes> {
  const { events, unparsed } = parsed(await readNotes(file), file);
  const { timeline } = await incidents.status(id);
  const known = new Set(timeline.map(({ at, atOriginal, text }) => `${atOriginal ?? at} ${text}`));
  const fresh = events.filter(({ at, text }) => !known.has(`${at} ${text}`));
  for (const { at, text } of fresh)
    await incidents.update(
      id,
      addNoteUpdate,
      { text: await incidents.keepText(text), at, isImport: true, by },
      `import-${sha(`${at} ${text}`)}`,
    );
  return { imported: fresh.length, known: events.length - fresh.length, unparsed };
}
